using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.GarbageCollection;

/// <summary>
/// Removes what its owners have left behind. The graph of who owns whom is the shared caches and their index by owner; before anything
/// is deleted, the absence of its owners is made sure of at the API, since one cache may be behind another.
/// </summary>
internal sealed class GarbageReconciler(WatchedKind kind, Caches caches, TimeProvider time) : IReconciler
{
    private const int Attempts = 5;

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (kind.FindCached(key) is not { } item)
        {
            return ReconcileResult.Done;
        }

        var owners = new List<OwnerState>();
        foreach (var reference in item.Metadata.DeletionTimestamp is null ? item.Metadata.OwnerReferences : [])
        {
            owners.Add(await StateOfAsync(reference, item, stop));
        }

        switch (GarbagePlanner.Plan(item, owners, owner => [.. GarbageGraph.DependentsOf(owner, caches).Select(d => d.Item)]))
        {
            case GarbagePlan.Delete delete:
                await DeleteAsync(item, delete.Propagation, stop);
                break;
            case GarbagePlan.DropReferences drop:
                var left = drop.Left.Select(r => r.Uid).ToHashSet(StringComparer.Ordinal);
                await KeepReferencesAsync(kind, item, r => left.Contains(r.Uid), stop);
                break;
            case GarbagePlan.OrphanDependents:
                foreach (var (owned, dependent) in GarbageGraph.DependentsOf(item, caches))
                {
                    await KeepReferencesAsync(owned, dependent, r => r.Uid != item.Metadata.Uid, stop);
                }

                await DropFinalizerAsync(item, GarbagePlanner.Orphan, stop);
                break;
            case GarbagePlan.DropFinalizer drop:
                await DropFinalizerAsync(item, drop.Finalizer, stop);
                break;
        }

        return ReconcileResult.Done;
    }

    private async ValueTask<OwnerState> StateOfAsync(OwnerReference reference, KubernetesObject item, CancellationToken stop)
    {
        // Of a kind that is not known here nothing can be said, and so nothing is deleted for it.
        if (caches.Find(ControllerRef.GroupOf(reference.ApiVersion), reference.Kind) is not { } ownerKind)
        {
            return OwnerState.Solid;
        }

        // An object of the cluster cannot belong to one of a namespace: no such owner can be looked up.
        if (ownerKind.Kind.Namespaced && !kind.Kind.Namespaced)
        {
            return OwnerState.Solid;
        }

        var key = GarbageGraph.OwnerKey(ownerKind, reference, item);
        var owner = ownerKind.FindCached(key) is { } cached && cached.Metadata.Uid == reference.Uid
            ? cached
            : await ownerKind.FindLiveAsync(key, stop);
        return owner is null || owner.Metadata.Uid != reference.Uid ? OwnerState.Absent
            : GarbagePlanner.IsWaiting(owner) ? OwnerState.Waiting
            : OwnerState.Solid;
    }

    private async ValueTask DeleteAsync(KubernetesObject item, string propagation, CancellationToken stop)
    {
        try
        {
            await kind.DeleteAsync(
                ObjectKey.Of(item),
                new() { PropagationPolicy = propagation, Preconditions = new() { Uid = item.Metadata.Uid, ResourceVersion = item.Metadata.ResourceVersion } },
                stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Somebody else was quicker.
        }
    }

    private ValueTask DropFinalizerAsync(KubernetesObject item, string finalizer, CancellationToken stop) =>
        WriteAsync(kind, item, m => m with { Finalizers = m.Finalizers.Where(f => f != finalizer).ToValueList() }, stop);

    private ValueTask KeepReferencesAsync(WatchedKind owned, KubernetesObject item, Func<OwnerReference, bool> keep, CancellationToken stop) =>
        WriteAsync(owned, item, m => m with { OwnerReferences = m.OwnerReferences.Where(keep).ToValueList() }, stop);

    /// <summary>
    /// Takes something out of an object as it is at the API: objects that go are often written by others at the same time, and what is
    /// taken out is right to go whatever else they say.
    /// </summary>
    private async ValueTask WriteAsync(WatchedKind written, KubernetesObject item, Func<ObjectMeta, ObjectMeta> change, CancellationToken stop)
    {
        for (var attempt = 1; await written.FindLiveAsync(ObjectKey.Of(item), stop) is { } live && live.Metadata.Uid == item.Metadata.Uid; attempt++)
        {
            try
            {
                var result = await written.UpdateAsync(live with { Metadata = change(live.Metadata) }, stop);
                await written.SeeAsync(result.Metadata.ResourceVersion, time, stop);
                return;
            }
            catch (ApiException e) when (e.IsNotFound || (e.IsConflict && attempt < Attempts))
            {
                // Gone meanwhile, or written by somebody else: the next look tells.
            }
        }
    }
}
