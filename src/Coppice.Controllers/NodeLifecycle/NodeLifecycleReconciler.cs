using Coppice.Client;
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
    IApiClient api, IApiClient remover, CacheSet caches, IEventRecorder events, NodeLifecycleOptions options, TimeProvider time) : IDeclaredReconciler
{
    private const string LeaseNamespace = "kube-node-lease";

    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();
    private readonly ObjectCache<Lease> _leases = caches.Of<Lease>();
    private readonly NodeHealth _health = new(time);
    private readonly PodEviction _eviction = new(api, remover, caches, events, options, time);

    public Controller Declare(Controller controller) => controller
        .Watches(_nodes)
        .WokenBy(_nodes, change => IsReady(change.Old) == IsReady(change.New) ? [] : _nodes.Items.Select(ObjectKey.Of))
        .WokenBy(_leases, change => change.Item.Metadata.Namespace == LeaseNamespace ? [new ObjectKey("", change.Item.Metadata.Name!)] : [])
        .WokenBy(caches.Of<Pod>(), change => change.New is { Spec.NodeName: { Length: > 0 } node } pod && IsNews(change.Old, pod) ? [new ObjectKey("", node)] : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_nodes.Find(key) is not { } node)
        {
            _health.Forget(key.Name);
            _eviction.LeaveInService(key.Name);
            return await _eviction.RemoveOrphansAsync(key, stop);
        }

        _eviction.NodeIsThere(key.Name);

        // 1. Observe.
        var now = time.GetUtcNow();
        var left = LeftToSpeak(node);

        // 2. Plan.
        var plan = NodePlanner.Plan(node, isSilent: left <= TimeSpan.Zero, mayEvict: _nodes.Items.Any(n => n.Metadata.Name != key.Name && IsReady(n) && LeftToSpeak(n) > TimeSpan.Zero), now);

        // 3. Apply.
        node = await WriteAsync(node, plan, stop);
        if (plan.IsReady)
        {
            _eviction.LeaveInService(key.Name);
        }
        else
        {
            await _eviction.TakeOutOfServiceAsync(node, stop);
        }

        var next = await _eviction.EvictAsync(node, stop) - now;
        var look = left <= TimeSpan.Zero ? next : next < left ? next : left;
        return look is { } delay ? ReconcileResult.After(delay) : ReconcileResult.Done;
    }

    // How long the node may still be silent before it is taken for unreachable.
    private TimeSpan LeftToSpeak(Node node) =>
        (node.Status.Conditions.IsEmpty ? options.StartupGracePeriod : options.GracePeriod)
        - _health.SilentFor(node, _leases.Find(new(LeaseNamespace, node.Metadata.Name!)));

    private async ValueTask<Node> WriteAsync(Node node, NodePlan plan, CancellationToken stop)
    {
        var written = node;
        if (plan.Conditions != node.Status.Conditions)
        {
            written = await api.UpdateStatusAsync(node with { Status = node.Status with { Conditions = plan.Conditions } }, stop);
        }

        if (IsReady(node) && !plan.IsReady)
        {
            events.Record(node, "Normal", "NodeNotReady", $"Node {node.Metadata.Name} status is now: NodeNotReady");
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
