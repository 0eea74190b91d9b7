using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// A pod template in a ControllerRevision: as a patch of its owner that puts the whole template in place of the present one. Written as
/// Kubernetes' controllers write it, with the fields in the order of their names, since clients find a set's revision by these bytes.
/// </summary>
internal static class TemplateRevision
{
    private static readonly string[] Containers = ["containers", "initContainers"];

    // Each is a name that was tried; nobody has so many others of one's hash.
    private const int CollisionsMax = 10;

    public static JsonElement DataOf(PodTemplateSpec template)
    {
        var json = JsonNode.Parse(ApiJson.Write(template))!.AsObject();
        json["$patch"] = "replace";

        // What Go writes though there is nothing to say.
        (json["metadata"] ??= new JsonObject())["creationTimestamp"] = null;
        foreach (var container in Containers.SelectMany(name => json["spec"]?[name]?.AsArray() ?? []))
        {
            container!["resources"] ??= new JsonObject();
        }

        return JsonElement.Parse(Sorted(new JsonObject { ["spec"] = new JsonObject { ["template"] = json } })!.ToJsonString());
    }

    /// <summary>Makes a template's revision under a name that no other one has.</summary>
    /// <param name="collisions">How often a name was another one's until now.</param>
    /// <param name="make">Of a hash.</param>
    /// <returns>It, and how often a name was another one's.</returns>
    public static async ValueTask<(ControllerRevision Made, int Collisions)> CreateAsync(
        IApiClient api, PodTemplateSpec template, int collisions, Func<string, ControllerRevision> make, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            var wanted = make(TemplateHash.Of(template, collisions));
            try
            {
                return (await api.CreateAsync(wanted, stop), collisions);
            }
            catch (ApiException e) when (e.IsAlreadyExists && tries < CollisionsMax)
            {
                // Of a former owner of this name, which the garbage collector has not come to: the same template has the same name.
                if (await api.FindAsync<ControllerRevision>(ObjectKey.Of(wanted), stop) is { } there && Holds(there, template))
                {
                    return (there, collisions);
                }

                collisions++;
            }
        }
    }

    public static bool Holds(ControllerRevision revision, PodTemplateSpec template) => TemplateOf(revision) == template;

    /// <summary>Null for a revision that holds no template, which none of ours is.</summary>
    public static PodTemplateSpec? TemplateOf(ControllerRevision revision) =>
        revision.Data is { ValueKind: JsonValueKind.Object } data
        && data.TryGetProperty("spec", out var spec)
        && spec.ValueKind == JsonValueKind.Object
        && spec.TryGetProperty("template", out var template)
            ? ApiJson.Read<PodTemplateSpec>(template)
            : null;

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject item => new JsonObject(item.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
