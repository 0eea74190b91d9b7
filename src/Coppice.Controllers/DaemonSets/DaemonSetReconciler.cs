using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Controllers.Replication;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.DaemonSets;

/// <summary>Keeps one pod of a DaemonSet on every node where it belongs.</summary>
internal sealed class DaemonSetReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<DaemonSet> _sets = caches.Of<DaemonSet>();
    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();
    private readonly Adoption<DaemonSet, Pod> _adoption = new(api, caches.Of<Pod>(), time);
    private readonly OwnedPods _pods = new(api, caches.Of<Pod>(), events, time);
    private readonly DaemonHistory _history = new(api, caches, time);

    // By the set and its generation: a change of its template is a new beginning. Lost with the process, as Kubernetes' is.
    private readonly ConcurrentDictionary<ObjectKey, (string? Uid, long Generation, FailedPodBackOff BackOff)> _backOffs = [];

    public Controller Declare(Controller controller) => controller
        .Watches(_sets)
        .Owns<DaemonSet, Pod>(caches.Of<Pod>())
        .Owns<DaemonSet, ControllerRevision>(caches.Of<ControllerRevision>())
        .WokenBy(_nodes, change => MovesDaemons(change) ? _sets.Items.Select(ObjectKey.Of) : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_sets.Find(key) is not { } set)
        {
            _backOffs.TryRemove(key, out _);
            return ReconcileResult.Done;
        }

        // Deleted: the garbage collector removes the pods.
        if (set.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        var selector = LabelQuery.Of(set.Spec.Selector);
        if (selector.IsEverything)
        {
            events.Record(set, "Warning", "SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required.");
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var pods = await _adoption.ClaimAsync(set, selector, stop);
        var inUse = pods.Select(p => p.Metadata.Labels.Find(DaemonSetPlanner.HashLabel) ?? "").ToHashSet(StringComparer.Ordinal);
        var revision = await _history.SyncAsync(set, inUse, stop);

        // 2. Plan.
        var now = time.GetUtcNow();
        var (uid, generation, backOff) = _backOffs.GetValueOrDefault(key);
        var known = backOff is not null && uid == set.Metadata.Uid && generation == set.Metadata.Generation ? backOff : FailedPodBackOff.None;
        var plan = DaemonSetPlanner.Plan(new(set, _nodes.Items, pods, revision, known, _pods.IsGoing), now);
        _backOffs[key] = (set.Metadata.Uid, set.Metadata.Generation, plan.BackOff);

        // 3. Apply.
        foreach (var deletion in plan.Delete)
        {
            if (deletion.Event is var (type, reason, message))
            {
                events.Record(set, type, reason, message);
            }
        }

        var failure = await _pods.DeleteAsync(set, plan.Delete.Select(d => d.Pod), stop)
            ?? await _pods.CreateAsync(set, PodsFor(set, revision.Hash, plan.Create), stop);
        if (plan.Status != set.Status)
        {
            await _sets.ExpectAsync(await api.UpdateStatusAsync(set with { Status = plan.Status }, stop), time, stop);
        }

        failure?.Throw();
        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    private static IReadOnlyList<Pod> PodsFor(DaemonSet set, string hash, IReadOnlyList<string> nodes)
    {
        var template = set.Spec.Template;
        var labels = template.Metadata.Labels.With(DaemonSetPlanner.HashLabel, hash);
        // Shown alone: whether a pod is of the newest template goes by the hash, which no other DaemonSet of this name has had.
        labels = TemplateGeneration.Of(set) is { } generation ? labels.With(TemplateGeneration.Label, TemplateGeneration.Write(generation)) : labels;
        template = template with { Metadata = template.Metadata with { Labels = labels } };
        var spec = DaemonPlacement.SpecOf(set);
        return
        [
            .. nodes.Take(ReplicationPlanner.Burst)
                .Select(node => PodFromTemplate.Make(template with { Spec = DaemonPlacement.BoundTo(spec, node) }, set)),
        ];
    }

    /// <summary>Heartbeats move no daemon; names, labels and taints do.</summary>
    private static bool MovesDaemons(ObjectChange<Node> change) =>
        change.Old is null || change.New is null
        || change.Old.Metadata.Labels != change.New.Metadata.Labels
        || change.Old.Spec.Taints != change.New.Spec.Taints;
}
