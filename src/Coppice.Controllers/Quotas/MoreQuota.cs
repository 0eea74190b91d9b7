using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Quotas;

/// <summary>Wakes owners that could not make all of their pods when their namespace's quotas allow more than before.</summary>
internal static class MoreQuota
{
    /// <param name="lacks">Whether an owner waits for a pod that it was refused.</param>
    public static Controller WokenByMoreQuota<T>(this Controller controller, CacheSet caches, Func<T, bool> lacks) where T : KubernetesObject
    {
        var owners = caches.Of<T>().AddIndex(Indexes.ByNamespace);
        return controller.WokenBy(
            caches.Of<ResourceQuota>(),
            change => Allows(change) ? owners.Find(change.Item.Metadata.Namespace ?? "").Where(lacks).Select(ObjectKey.Of) : []);
    }

    /// <summary>It is gone, or has grown, or less of it is used.</summary>
    private static bool Allows(ObjectChange<ResourceQuota> change) =>
        change.New is not { } quota
        || (change.Old is { } old
            && (quota.Spec.Hard != old.Spec.Hard || old.Status.Used.Any(used => quota.Status.Used.Find(used.Key) < used.Value)));
}
