using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.GarbageCollection;

/// <summary>
/// Removes what its owners have left behind. Before anything is deleted, the absence of its owners is made sure of at the API, since
/// one cache may be behind another.
/// </summary>
internal sealed class GarbageReconciler(IApiClient api, EveryKind kinds, IEventRecorder events, TimeProvider time) : IReconciler<GarbageKey>
{
    private const int Attempts = 5;

    /// <summary>A kind that has just come is known soon.</summary>
    private static readonly TimeSpan UntilSynced = TimeSpan.FromSeconds(1);

    public static ObjectKey OwnerKey(Kind owner, OwnerReference reference, KubernetesObject dependent) =>
        new(owner.Namespaced ? dependent.Metadata.Namespace ?? "" : "", reference.Name);

    public async ValueTask<ReconcileResult> ReconcileAsync(GarbageKey key, CancellationToken stop)
    {
        var kind = key.Kind;
        if (kinds.Find(kind.Kind.Group, kind.Kind.Name) != kind || kind.Cache.Find(key.Key) is not { } item)
        {
            return ReconcileResult.Done;
        }

        // Who waits for its dependents, or lets go of them, must know them all.
        if (item.Metadata is { DeletionTimestamp: not null, Finalizers.IsEmpty: false } && !kinds.IsSynced)
        {
            return ReconcileResult.After(UntilSynced);
        }

        var owners = new List<OwnerState>();
        foreach (var reference in item.Metadata.DeletionTimestamp is null ? item.Metadata.OwnerReferences : [])
        {
            owners.Add(await StateOfAsync(reference, kind.Kind, item, stop));
        }

        switch (GarbagePlanner.Plan(item, owners, owner => [.. DependentsOf(owner).Select(d => d.Item)]))
        {
            case GarbagePlan.Delete delete:
                await DeleteAsync(kind.Kind, item, delete.Propagation, stop);
                break;
            case GarbagePlan.DropReferences drop:
                var left = drop.Left.Select(r => r.Uid).ToHashSet(StringComparer.Ordinal);
                await KeepReferencesAsync(kind, item, r => left.Contains(r.Uid), stop);
                break;
            case GarbagePlan.OrphanDependents:
                foreach (var (owned, dependent) in DependentsOf(item))
                {
                    await KeepReferencesAsync(owned, dependent, r => r.Uid != item.Metadata.Uid, stop);
                }

                await DropFinalizerAsync(kind, item, GarbagePlanner.Orphan, stop);
                break;
            case GarbagePlan.DropFinalizer drop:
                await DropFinalizerAsync(kind, item, drop.Finalizer, stop);
                break;
        }

        return ReconcileResult.Done;
    }

    private IEnumerable<(KindCache Kind, KubernetesObject Item)> DependentsOf(KubernetesObject owner) =>
        owner.Metadata.Uid is { } uid ? kinds.All.SelectMany(k => k.DependentsOf(uid).Select(d => (k, d))) : [];

    private async ValueTask<OwnerState> StateOfAsync(OwnerReference reference, Kind kind, KubernetesObject item, CancellationToken stop)
    {
        // Of a kind that is not known here nothing can be said, and so nothing is deleted for it.
        if (kinds.Find(ControllerRef.GroupOf(reference.ApiVersion), reference.Kind) is not { } ownerKind)
        {
            return OwnerState.Solid;
        }

        // An object of the cluster cannot belong to one of a namespace: no such owner can be looked up.
        if (ownerKind.Kind.Namespaced && !kind.Namespaced)
        {
            TellIfElsewhere(ownerKind, reference, item);
            return OwnerState.Solid;
        }

        var key = OwnerKey(ownerKind.Kind, reference, item);
        var owner = ownerKind.Cache.Find(key) is { } cached && cached.Metadata.Uid == reference.Uid
            ? cached
            : await api.FindAsync(ownerKind.Kind, key, stop);
        if (owner is null || owner.Metadata.Uid != reference.Uid)
        {
            TellIfElsewhere(ownerKind, reference, item);
            return OwnerState.Absent;
        }

        return GarbagePlanner.IsWaiting(owner) ? OwnerState.Waiting : OwnerState.Solid;
    }

    /// <summary>Owners are of the same namespace, or of none: whoever names one of another namespace meant something else.</summary>
    private void TellIfElsewhere(KindCache ownerKind, OwnerReference reference, KubernetesObject item)
    {
        var here = item.Metadata.Namespace ?? "";
        if (ownerKind.Kind.Namespaced
            && kinds.Find("", nameof(Namespace))!.Cache.Items.Any(
                space => space.Metadata.Name != here && ownerKind.Cache.Find(new(space.Metadata.Name!, reference.Name))?.Metadata.Uid == reference.Uid))
        {
            var named = $"[{reference.ApiVersion}/{reference.Kind}, namespace: {here}, name: {reference.Name}, uid: {reference.Uid}]";
            events.Record(item, "Warning", "OwnerRefInvalidNamespace", $"ownerRef {named} does not exist in namespace \"{here}\"");
        }
    }

    private async ValueTask DeleteAsync(Kind kind, KubernetesObject item, string propagation, CancellationToken stop)
    {
        try
        {
            await api.DeleteAsync(
                kind,
                ObjectKey.Of(item),
                new() { PropagationPolicy = propagation, Preconditions = new() { Uid = item.Metadata.Uid, ResourceVersion = item.Metadata.ResourceVersion } },
                stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Somebody else was quicker.
        }
    }

    private ValueTask DropFinalizerAsync(KindCache kind, KubernetesObject item, string finalizer, CancellationToken stop) =>
        WriteAsync(kind, item, m => m with { Finalizers = m.Finalizers.Where(f => f != finalizer).ToValueList() }, stop);

    private ValueTask KeepReferencesAsync(KindCache owned, KubernetesObject item, Func<OwnerReference, bool> keep, CancellationToken stop) =>
        WriteAsync(owned, item, m => m with { OwnerReferences = m.OwnerReferences.Where(keep).ToValueList() }, stop);

    /// <summary>
    /// Takes something out of an object as it is at the API: objects that go are often written by others at the same time, and what is
    /// taken out is right to go whatever else they say.
    /// </summary>
    private async ValueTask WriteAsync(KindCache written, KubernetesObject item, Func<ObjectMeta, ObjectMeta> change, CancellationToken stop)
    {
        for (var attempt = 1; await api.FindAsync(written.Kind, ObjectKey.Of(item), stop) is { } live && live.Metadata.Uid == item.Metadata.Uid; attempt++)
        {
            try
            {
                var result = await api.WriteAsync(written.Kind, new ObjectWrite.Update(live with { Metadata = change(live.Metadata) }), stop);
                await written.Cache.ExpectAsync(result, time, stop);
                return;
            }
            catch (ApiException e) when (e.IsNotFound || (e.IsConflict && attempt < Attempts))
            {
                // Gone meanwhile, or written by somebody else: the next look tells.
            }
        }
    }
}
