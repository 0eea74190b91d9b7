using Coppice.Client;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>
/// Watches over one node: notices when it falls silent, taints it, takes its pods out of service at once and evicts them when their
/// toleration ends; removes the pods of a node that is gone.
/// </summary>
/// <param name="remover">The client of whoever removes the pods of nodes that are gone.</param>
internal sealed class NodeLifecycleReconciler(
    IApiClient api, IApiClient remover, CacheSet caches, IEventRecorder events, NodeWatch watch, TimeProvider time) : IDeclaredReconciler
{
    private const string LeaseNamespace = "kube-node-lease";

    private static readonly TimeSpan LookForSigns = TimeSpan.FromSeconds(1);

    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();
    private readonly ObjectCache<Lease> _leases = caches.Of<Lease>();
    private readonly NodeHealth _health = new(watch, time);
    private readonly KnownNodes _known = new(events);
    private readonly PodEviction _eviction = new(api, remover, caches, events, watch, time);

    public Controller Declare(Controller controller)
    {
        watch.Heartbeats.Heard += node => controller.Enqueue(new("", node));
        return controller
            .Watches(_nodes)
            .WokenBy(_nodes, change => IsReady(change.Old) == IsReady(change.New) ? [] : _nodes.Items.Select(ObjectKey.Of))
            .WokenBy(_leases, change => change.Item.Metadata.Namespace == LeaseNamespace ? [new ObjectKey("", change.Item.Metadata.Name!)] : [])
            .WokenBy(caches.Of<Pod>(), change => change.New is { Spec.NodeName: { Length: > 0 } node } pod && IsNews(change.Old, pod) ? [new ObjectKey("", node)] : []);
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_nodes.Find(key) is not { } node)
        {
            _known.Remove(key.Name);
            _health.Forget(key.Name);
            _eviction.LeaveInService(key.Name);
            return await _eviction.RemoveOrphansAsync(key, stop);
        }

        _known.Add(node);
        _eviction.NodeIsThere(key.Name);

        // 1. Observe.
        var now = time.GetUtcNow();
        var seen = Seen(node);
        List<Witness> all = [.. _nodes.Items.Select(Seen)];
        var mayEvict = seen is { IsReady: true, IsSilent: false } || !EvictionHold.Holds(seen, all, watch.Options.Detector.AtOnce);

        // 2. Plan.
        var plan = NodePlanner.Plan(node, seen.IsSilent, mayEvict, now);

        // 3. Apply. What it was granted ends before anything is done to its pods, and begins anew when all that is done.
        if (seen.IsSilent)
        {
            watch.Heartbeats.Distrust(key.Name);
        }
        else
        {
            watch.Heartbeats.Trust(key.Name);
        }

        node = await WriteAsync(node, plan, stop);
        if (plan.IsReady)
        {
            _eviction.LeaveInService(key.Name);
        }
        else
        {
            await _eviction.TakeOutOfServiceAsync(node, stop);
        }

        // What an earlier server said of the node is not acted on before this one has heard of anybody: we may have come back before they do.
        var isJudged = plan.IsReady || all.Any(one => one.IsAlive) || !node.Spec.Taints.All(NodePlanner.IsOfHealth);
        var next = isJudged ? await _eviction.EvictAsync(node, stop) - now : LookForSigns;
        var left = seen.Silence.Patience - seen.Silence.For;
        var look = seen.IsSilent || next < left ? next : left;
        return look is { } delay ? ReconcileResult.After(delay) : ReconcileResult.Done;
    }

    private Witness Seen(Node node) => new(
        node.Metadata.Name!,
        IsReady(node),
        watch.Heartbeats.SilenceBeside(node.Metadata.Name!) is not null,
        _health.IsHeard(node.Metadata.Name!),
        _health.Of(node, _leases.Find(new(LeaseNamespace, node.Metadata.Name!))));

    private async ValueTask<Node> WriteAsync(Node node, NodePlan plan, CancellationToken stop)
    {
        var written = node;
        if (plan.Conditions != node.Status.Conditions)
        {
            written = await api.UpdateStatusAsync(node with { Status = node.Status with { Conditions = plan.Conditions } }, stop);
        }

        if (IsReady(node) && !plan.IsReady)
        {
            events.Record(KnownNodes.Reference(node), "Normal", "NodeNotReady", $"Node {node.Metadata.Name} status is now: NodeNotReady");
        }

        if (plan.Taints != node.Spec.Taints)
        {
            written = await api.UpdateAsync(written with { Spec = written.Spec with { Taints = plan.Taints } }, stop);
        }

        await _nodes.ExpectAsync(written, time, stop);
        return written;
    }

    private static bool IsReady(Node? node) => node is not null && NodeConditions.IsReady(node);

    private static bool IsNews(Pod? old, Pod pod) =>
        old is null || old.Spec.NodeName != pod.Spec.NodeName || old.Spec.Tolerations != pod.Spec.Tolerations || PodState.IsReady(old) != PodState.IsReady(pod);
}
