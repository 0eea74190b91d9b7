using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>A pod template in a ControllerRevision: as a patch of its owner that puts the whole template in place of the present one.</summary>
internal static class TemplateRevision
{
    public static JsonElement DataOf(PodTemplateSpec template)
    {
        var json = JsonNode.Parse(ApiJson.Write(template))!.AsObject();
        json["$patch"] = "replace";
        var data = new JsonObject { ["spec"] = new JsonObject { ["template"] = json } };
        using var document = JsonDocument.Parse(data.ToJsonString());
        return document.RootElement.Clone();
    }

    /// <summary>Null for a revision that holds no template, which none of ours is.</summary>
    public static PodTemplateSpec? TemplateOf(ControllerRevision revision) =>
        revision.Data is { ValueKind: JsonValueKind.Object } data
        && data.TryGetProperty("spec", out var spec)
        && spec.ValueKind == JsonValueKind.Object
        && spec.TryGetProperty("template", out var template)
            ? ApiJson.Read<PodTemplateSpec>(template)
            : null;
}
