using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.StatefulSets;

/// <summary>Keeps the pods of a StatefulSet, each under its number, never two of one.</summary>
internal sealed class StatefulSetReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<StatefulSet> _sets = caches.Of<StatefulSet>();
    private readonly CacheIndex<StatefulSet> _byNamespace = caches.Of<StatefulSet>().AddIndex(Indexes.ByNamespace);
    private readonly Adoption<StatefulSet, Pod> _adoption = new(
        api, caches.Of<Pod>(), time, (set, pod) => StatefulIdentity.OrdinalOf(set, pod) is not null);
    private readonly StatefulHistory _history = new(api, caches, time);
    private readonly StatefulPods _pods = new(api, caches, events, time);

    public Controller Declare(Controller controller) => controller
        .Watches(_sets)
        .Owns<StatefulSet, Pod>(caches.Of<Pod>())
        .Owns<StatefulSet, ControllerRevision>(caches.Of<ControllerRevision>())
        .WokenBy(caches.Of<Pod>(), Adopters)
        .WokenBy(caches.Of<PersistentVolumeClaim>(), WaitForClaims);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // Deleted: the garbage collector removes the pods.
        if (_sets.Find(key) is not { } set)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var selector = LabelQuery.Of(set.Spec.Selector);
        var pods = await _adoption.ClaimAsync(set, selector, stop);
        var known = await _history.KnownAsync(set, selector, stop);
        if (set.Metadata.DeletionTimestamp is not null && known.Count == 0)
        {
            return ReconcileResult.Done;
        }

        var revisions = await _history.SyncAsync(set, known, stop);
        set = set with { Status = set.Status with { CollisionCount = revisions.Collisions } };

        // 2. Plan.
        var now = time.GetUtcNow();
        var plan = StatefulSetPlanner.Plan(
            new(set, pods, revisions.Current.Metadata.Name!, revisions.Update.Metadata.Name!, _pods.IsGoing, ordinal => _pods.HasStaleClaims(set, ordinal)),
            now);

        // 3. Apply.
        if (set.Metadata.DeletionTimestamp is null)
        {
            await KeepAsync(set, plan, stop);
        }

        var failure = await _pods.DeleteAsync(set, plan.Delete, stop)
            ?? await _pods.CreateAsync(set, [.. plan.Create.Select(replica => Make(set, revisions, replica))], stop);
        if (plan.Status != _sets.Find(key)?.Status)
        {
            await _sets.ExpectAsync(await api.UpdateStatusAsync(set with { Status = plan.Status }, stop), time, stop);
        }

        await _history.TrimAsync(set, known, revisions, pods, stop);
        failure?.Throw();
        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    private async ValueTask KeepAsync(StatefulSet set, StatefulSetPlan plan, CancellationToken stop)
    {
        foreach (var pod in plan.Keep)
        {
            await _pods.KeepAsync(set, pod, isTooMany: false, stop);
        }

        foreach (var pod in plan.Condemned)
        {
            await _pods.KeepAsync(set, pod, isTooMany: true, stop);
        }
    }

    private static Pod Make(StatefulSet set, StatefulRevisions revisions, StatefulReplica replica)
    {
        var from = replica.Revision == revisions.Current.Metadata.Name ? revisions.Current : revisions.Update;
        return StatefulIdentity.Make(set, TemplateRevision.TemplateOf(from) ?? set.Spec.Template, replica.Revision, replica.Ordinal);
    }

    /// <summary>A pod that nobody controls, of a set's name, is the set's; one of somebody else that is gone leaves its name to the set.</summary>
    private IEnumerable<ObjectKey> Adopters(ObjectChange<Pod> change)
    {
        var mayBeAdopted = change.New is { Metadata: { DeletionTimestamp: null, Labels.IsEmpty: false } } pod && ControllerRef.Of(pod) is null;
        var leavesName = change.New is null && ControllerRef.KeyOf<StatefulSet>(change.Item) is null;
        return mayBeAdopted || leavesName
            ? _byNamespace.Find(change.Item.Metadata.Namespace ?? "").Where(set => StatefulIdentity.OrdinalOf(set, change.Item) is not null).Select(ObjectKey.Of)
            : [];
    }

    /// <summary>A claim that is gone may have been in the way of a pod, or be missed by one.</summary>
    private IEnumerable<ObjectKey> WaitForClaims(ObjectChange<PersistentVolumeClaim> change) => change.New is null
        ? _byNamespace.Find(change.Item.Metadata.Namespace ?? "").Where(set => !set.Spec.VolumeClaimTemplates.IsEmpty).Select(ObjectKey.Of)
        : [];
}
