using System.Text.Json.Serialization;

namespace Coppice.Objects.Apiregistration;

/// <summary>One version of a group of the API, and who serves it: this server, or one behind a service of the cluster.</summary>
public sealed partial record APIService : KubernetesObject
{
    /// <summary>Which version of which group, and where it is served.</summary>
    [Field(2)]
    public APIServiceSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>Whether it can be asked.</summary>
    [Field(3)]
    public APIServiceStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Which version of which group, and where it is served.</summary>
public sealed partial record APIServiceSpec
{
    /// <summary>The service behind which it is; nothing where this server serves it itself.</summary>
    [Field(1)]
    public ServiceReference? Service { get; init; }

    /// <summary>The group.</summary>
    [Field(2)]
    public string? Group { get; init; }

    /// <summary>The version, as in v1.</summary>
    [Field(3)]
    public string? Version { get; init; }

    /// <summary>The server's certificate is not looked at. Not for clusters that matter.</summary>
    [Field(4)]
    public bool InsecureSkipTLSVerify { get; init; }

    /// <summary>Certificates as PEM that the server's is signed by; those that the machine trusts, if there are none.</summary>
    [Field(5)]
    public Base64Data CaBundle { get; init; }

    /// <summary>How far in front the group stands among others: higher numbers come first.</summary>
    [Field(7, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int GroupPriorityMinimum { get; init; }

    /// <summary>How far in front the version stands in its group: higher numbers come first.</summary>
    [Field(8, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int VersionPriority { get; init; }
}

/// <summary>A port of a service.</summary>
public sealed partial record ServiceReference
{
    /// <summary>The service's namespace.</summary>
    [Field(1)]
    public string? Namespace { get; init; }

    /// <summary>The service.</summary>
    [Field(2)]
    public string? Name { get; init; }

    /// <summary>The service's port; 443 if nothing is said.</summary>
    [Field(3)]
    public int? Port { get; init; }
}

/// <summary>What was found out about a version of a group.</summary>
public sealed partial record APIServiceStatus
{
    /// <summary>Whether it can be asked.</summary>
    [Field(1, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<APIServiceCondition> Conditions { get; init; }
}

/// <summary>One thing that can be said of a version of a group.</summary>
public sealed partial record APIServiceCondition
{
    /// <summary>What is said: Available.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When status last changed.</summary>
    [Field(3)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(5)]
    public string? Message { get; init; }
}

/// <summary>The values of APIServiceConditionType.</summary>
public static class APIServiceConditionType
{
    public const string Available = "Available";
}
