using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeRanges;

/// <summary>Gives each node the ranges of its pods' addresses. There is one key for all nodes: no two must be given the same.</summary>
internal sealed class NodeRangeReconciler(IApiClient api, CacheSet caches, IEventRecorder events, ClusterRanges ranges, TimeProvider time) : IDeclaredReconciler
{
    private static readonly ObjectKey All = new("", "");

    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();

    // Who was told that there is none left, by identity.
    private HashSet<string> _told = [];

    public Controller Declare(Controller controller) =>
        controller.WokenBy(_nodes, change => change.New is null || string.IsNullOrEmpty(change.New.Spec.PodCIDR) ? [All] : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var plan = NodeRangePlanner.Plan(ranges, _nodes.Items);
        foreach (var (node, given) in plan.Given)
        {
            var texts = given.ConvertAll(range => range.ToString());
            var written = await api.UpdateAsync(node with { Spec = node.Spec with { PodCIDR = texts[0], PodCIDRs = texts } }, stop);
            await _nodes.ExpectAsync(written, time, stop);
        }

        foreach (var node in plan.Without.Where(node => !_told.Contains(node.Metadata.Uid ?? "")))
        {
            events.Record(node, "Normal", "CIDRNotAvailable", $"Node {node.Metadata.Name} status is now: CIDRNotAvailable");
        }

        _told = [.. plan.Without.Select(node => node.Metadata.Uid ?? "")];
        return ReconcileResult.Done;
    }
}
