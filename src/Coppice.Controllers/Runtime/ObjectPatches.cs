using System.Text.Json.Nodes;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// What controllers change in objects that others write too, as the patches that their roles allow: only the part that is meant, and only
/// if the object is still the very same (else a Conflict).
/// </summary>
internal static class ObjectPatches
{
    public static ValueTask<T> AddOwnerAsync<T>(this IApiClient api, T item, OwnerReference owner, CancellationToken stop) where T : KubernetesObject =>
        PatchAsync(api, item, new() { ["ownerReferences"] = new JsonArray(Json(owner)) }, stop);

    public static ValueTask<T> RemoveOwnerAsync<T>(this IApiClient api, T item, string ownerUid, CancellationToken stop) where T : KubernetesObject =>
        PatchAsync(api, item, new() { ["ownerReferences"] = new JsonArray(new JsonObject { ["$patch"] = "delete", ["uid"] = ownerUid }) }, stop);

    public static ValueTask<T> RemoveFinalizerAsync<T>(this IApiClient api, T item, string finalizer, CancellationToken stop) where T : KubernetesObject =>
        PatchAsync(api, item, new() { ["$deleteFromPrimitiveList/finalizers"] = new JsonArray(finalizer) }, stop);

    /// <summary>Sets one condition of a pod's status, and its phase unless that is null.</summary>
    public static async ValueTask SetConditionAsync(this IApiClient api, Pod pod, string? phase, PodCondition condition, CancellationToken stop)
    {
        var said = Json(condition)!.AsObject();

        // What the condition said before is not what it says now.
        said["reason"] = condition.Reason;
        said["message"] = condition.Message;
        var status = new JsonObject { ["conditions"] = new JsonArray(said) };
        if (phase is not null)
        {
            status["phase"] = phase;
        }

        await WriteAsync(api, pod, new() { ["metadata"] = new JsonObject(), ["status"] = status }, "status", stop);
    }

    public static async ValueTask SetPhaseAsync(this IApiClient api, Pod pod, string phase, CancellationToken stop) =>
        await WriteAsync(api, pod, new() { ["metadata"] = new JsonObject(), ["status"] = new JsonObject { ["phase"] = phase } }, "status", stop);

    /// <summary>Tells a pod which claims were made for it; the others that it has stay.</summary>
    public static async ValueTask<Pod> SetClaimNamesAsync(this IApiClient api, Pod pod, IEnumerable<PodResourceClaimStatus> claims, CancellationToken stop) =>
        (Pod)await WriteAsync(
            api,
            pod,
            new()
            {
                ["metadata"] = new JsonObject(),
                ["status"] = new JsonObject { ["resourceClaimStatuses"] = new JsonArray([.. claims.Select(Json)]) },
            },
            "status",
            stop);

    private static async ValueTask<T> PatchAsync<T>(IApiClient api, T item, JsonObject metadata, CancellationToken stop) where T : KubernetesObject =>
        (T)await WriteAsync(api, item, new() { ["metadata"] = metadata }, null, stop);

    private static ValueTask<KubernetesObject> WriteAsync(IApiClient api, KubernetesObject item, JsonObject patch, string? subresource, CancellationToken stop)
    {
        patch["metadata"]!["uid"] = item.Metadata.Uid;
        var body = System.Text.Encoding.UTF8.GetBytes(patch.ToJsonString());
        return api.WriteAsync(BuiltInKinds.Of(item), new ObjectWrite.Patch(ObjectKey.Of(item), PatchType.StrategicMerge, body, subresource), stop);
    }

    private static JsonNode? Json<T>(T value) => JsonNode.Parse(ApiJson.Write(value));
}
