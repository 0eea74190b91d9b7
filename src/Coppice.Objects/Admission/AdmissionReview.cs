using System.Text.Json;
using System.Text.Json.Serialization;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Admission;

/// <summary>A question to a webhook whether a request may go on, and its answer.</summary>
public sealed partial record AdmissionReview
{
    /// <summary>Always admission.k8s.io/v1.</summary>
    [Field(0)]
    public string? ApiVersion { get; init; }

    /// <summary>Always AdmissionReview.</summary>
    [Field(0)]
    public string? Kind { get; init; }

    /// <summary>The question.</summary>
    [Field(1)]
    public AdmissionRequest? Request { get; init; }

    /// <summary>The answer.</summary>
    [Field(2)]
    public AdmissionResponse? Response { get; init; }
}

/// <summary>The question to a webhook.</summary>
public sealed partial record AdmissionRequest
{
    /// <summary>Tells this question apart from all others; the answer repeats it.</summary>
    [Field(1)]
    public string? Uid { get; init; }

    /// <summary>What kind the object is, as it is shown here.</summary>
    [Field(2)]
    public GroupVersionKind Kind { get; init => field = value ?? new(); } = new();

    /// <summary>The resource as it is shown here.</summary>
    [Field(3)]
    public GroupVersionResource Resource { get; init => field = value ?? new(); } = new();

    /// <summary>The subresource, as in status; empty for the object itself.</summary>
    [Field(4)]
    public string? SubResource { get; init; }

    /// <summary>What kind the client sent.</summary>
    [Field(13)]
    public GroupVersionKind? RequestKind { get; init; }

    /// <summary>The resource that the client asked.</summary>
    [Field(14)]
    public GroupVersionResource? RequestResource { get; init; }

    /// <summary>The subresource that the client asked.</summary>
    [Field(15)]
    public string? RequestSubResource { get; init; }

    /// <summary>The object's name; empty where the server is to make one up.</summary>
    [Field(5)]
    public string? Name { get; init; }

    /// <summary>The object's namespace, if it is in one.</summary>
    [Field(6)]
    public string? Namespace { get; init; }

    /// <summary>CREATE, UPDATE, DELETE or CONNECT.</summary>
    [Field(7)]
    public string? Operation { get; init; }

    /// <summary>Who asks.</summary>
    [Field(8)]
    public UserInfo UserInfo { get; init => field = value ?? new(); } = new();

    /// <summary>The object that is asked for; null for a deletion.</summary>
    [Field(9)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? Object { get; init; }

    /// <summary>The object that is there; null for a new one and for a connection.</summary>
    [Field(10)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? OldObject { get; init; }

    /// <summary>Nothing will be stored, whatever comes of it.</summary>
    [Field(11)]
    public bool? DryRun { get; init; }

    /// <summary>How the operation is to be done: CreateOptions, UpdateOptions, PatchOptions or DeleteOptions.</summary>
    [Field(12)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? Options { get; init; }
}

/// <summary>A webhook's answer.</summary>
public sealed partial record AdmissionResponse
{
    /// <summary>That of the question.</summary>
    [Field(1)]
    public string? Uid { get; init; }

    /// <summary>The request may go on.</summary>
    [Field(2)]
    public bool Allowed { get; init; }

    /// <summary>Why it may not.</summary>
    [Field(3)]
    public ApiStatus? Status { get; init; }

    /// <summary>What is to be changed, as a JSON patch.</summary>
    [Field(4)]
    public Base64Data Patch { get; init; }

    /// <summary>What the patch is: JSONPatch.</summary>
    [Field(5, Pointer = true)]
    public string? PatchType { get; init; }

    /// <summary>What the audit log should note.</summary>
    [Field(6)]
    public ValueMap<string> AuditAnnotations { get; init; }

    /// <summary>What the client should be told.</summary>
    [Field(7)]
    public ValueList<string> Warnings { get; init; }
}

/// <summary>The values of Operation.</summary>
public static class Operation
{
    public const string Create = "CREATE";
    public const string Update = "UPDATE";
    public const string Delete = "DELETE";
    public const string Connect = "CONNECT";
}
