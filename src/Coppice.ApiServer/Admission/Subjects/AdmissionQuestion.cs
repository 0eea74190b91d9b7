using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Admission;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission.Subjects;

/// <summary>A request as webhooks are asked about it and as expressions see it.</summary>
internal static class AdmissionQuestion
{
    private const string MetaVersion = "meta.k8s.io/v1";

    /// <summary>The question without the objects.</summary>
    /// <param name="shown">What was asked, by the version of the resource that is to be seen.</param>
    public static AdmissionRequest Of(AdmissionTarget asked, AdmissionTarget shown, WriteRequest request) => new()
    {
        Kind = KindOf(shown),
        Resource = ResourceOf(shown),
        SubResource = shown.Subresource.Length > 0 ? shown.Subresource : null,
        RequestKind = KindOf(asked),
        RequestResource = ResourceOf(asked),
        RequestSubResource = asked.Subresource.Length > 0 ? asked.Subresource : null,
        Name = asked.Name.Length > 0 ? asked.Name : null,
        Namespace = asked.Namespace.Length > 0 ? asked.Namespace : null,
        Operation = asked.Operation,
        UserInfo = request.User,
        DryRun = request.Options.DryRun,
        Options = OptionsOf(request),
    };

    private static GroupVersionKind KindOf(AdmissionTarget target) =>
        new() { Group = target.Object.Group, Version = target.Object.Version, Kind = target.Object.Kind };

    private static GroupVersionResource ResourceOf(AdmissionTarget target) =>
        new() { Group = target.Kind.Group, Version = target.Kind.Version, Resource = target.Kind.Resource };

    /// <summary>How the operation is to be done: of what happens, and not of what the client has called it.</summary>
    private static JsonElement? OptionsOf(WriteRequest request) => request.Operation switch
    {
        WriteOperation.Connect => null,
        WriteOperation.Delete => JsonSerializer.SerializeToElement(
            (request.Options.Deletion ?? new DeleteOptions()) with { ApiVersion = MetaVersion, Kind = "DeleteOptions" }, ApiJson.TypeInfo<DeleteOptions>()),
        _ => ChangeOptions(request.Options, request.Operation == WriteOperation.Create ? "CreateOptions" : "UpdateOptions"),
    };

    private static JsonElement ChangeOptions(WriteOptions options, string kind)
    {
        var json = new JsonObject { ["kind"] = kind, ["apiVersion"] = MetaVersion };
        if (options.DryRun)
        {
            json["dryRun"] = new JsonArray("All");
        }

        if (options.FieldManager is { } manager)
        {
            json["fieldManager"] = manager;
        }

        if (options.FieldValidation != FieldValidation.Warn)
        {
            json["fieldValidation"] = options.FieldValidation.ToString();
        }

        return json.Deserialize<JsonElement>(ApiJson.TypeInfo<JsonElement>());
    }
}
