using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.GarbageCollection;

/// <summary>
/// The garbage collector: a reconciler a kind, woken along the owner references. An owner that goes wakes its dependents; a dependent
/// that goes, or changes its owners, wakes the owners that may be waiting for it.
/// </summary>
internal static class GarbageGraph
{
    /// <param name="make">Makes a controller of a name around a reconciler.</param>
    public static IReadOnlyList<Controller> Declare(Func<string, Client.IReconciler, Controller> make, Caches caches, TimeProvider time)
    {
        // Events refer to objects but never own nor belong to any.
        var kinds = caches.All.Where(k => k != caches.Events).ToList();
        var controllers = kinds.ToDictionary(k => k, k => make($"GarbageCollection.{k.Kind.Resource}", new GarbageReconciler(k, caches, time)));
        foreach (var kind in kinds)
        {
            kind.SubscribeAny((old, item) => Wake(kind, old, item, caches, controllers));
        }

        return [.. kinds.Select(k => controllers[k])];
    }

    public static IEnumerable<(WatchedKind Kind, KubernetesObject Item)> DependentsOf(KubernetesObject owner, Caches caches) =>
        owner.Metadata.Uid is { } uid ? caches.All.SelectMany(k => k.DependentsOf(uid).Select(d => (k, d))) : [];

    public static ObjectKey OwnerKey(WatchedKind ownerKind, OwnerReference reference, KubernetesObject dependent) =>
        new(ownerKind.Kind.Namespaced ? dependent.Metadata.Namespace ?? "" : "", reference.Name);

    private static void Wake(
        WatchedKind kind, KubernetesObject? old, KubernetesObject? item, Caches caches, Dictionary<WatchedKind, Controller> controllers)
    {
        var isNew = old is null;
        var isGone = item is null;
        var startsToGo = old?.Metadata.DeletionTimestamp is null && item?.Metadata.DeletionTimestamp is not null;
        var isRelated = isNew || isGone || startsToGo
            || old!.Metadata.OwnerReferences != item!.Metadata.OwnerReferences
            || old.Metadata.Finalizers != item.Metadata.Finalizers;
        if (!isRelated)
        {
            return;
        }

        if (item is not null && (!item.Metadata.OwnerReferences.IsEmpty || item.Metadata.DeletionTimestamp is not null))
        {
            controllers[kind].Enqueue(ObjectKey.Of(item));
        }

        if (isGone || startsToGo)
        {
            foreach (var (dependentKind, dependent) in DependentsOf((item ?? old)!, caches))
            {
                controllers[dependentKind].Enqueue(ObjectKey.Of(dependent));
            }
        }

        if (old is not null)
        {
            foreach (var reference in old.Metadata.OwnerReferences)
            {
                if (caches.Find(ControllerRef.GroupOf(reference.ApiVersion), reference.Kind) is { } ownerKind)
                {
                    controllers[ownerKind].Enqueue(OwnerKey(ownerKind, reference, old));
                }
            }
        }
    }
}
