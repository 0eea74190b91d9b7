using System.Net;
using Coppice.Client;
using Coppice.Network.Netns;
using Coppice.Network.PodNetwork;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Network.NodeRoutes;

/// <summary>
/// Gives this node's pods addresses of the range that the node was given, and ways to the pods of other nodes: observe, plan, apply. Every
/// change of a node wakes it.
/// </summary>
public sealed class NodeRouteReconciler : IReconciler, IDisposable
{
    private readonly ObjectCache<Node> _nodes;
    private readonly NetworkOptions _options;
    private readonly RouteTable _table;
    private readonly NamespaceThread _thread;

    /// <param name="namespacePath">The network namespace to work in, or null for this process's own.</param>
    public NodeRouteReconciler(ObjectCache<Node> nodes, NetworkOptions options, string? namespacePath = null)
    {
        (_nodes, _options) = (nodes, options);
        // The kernel takes 15 characters for a device.
        _table = new RouteTable(options.Ranges.Pods, $"vx-{options.Instance[..Math.Min(options.Instance.Length, 12)]}");
        _thread = NamespaceThread.Start(namespacePath, "routes");
    }

    /// <summary>The loop that runs it.</summary>
    public ReconcileLoop<ObjectKey> Woken(ReconcileLoop<ObjectKey> loop)
    {
        _nodes.Subscribe(change =>
        {
            if (RoutePlanner.IsNews(change))
            {
                loop.Enqueue(default);
            }
        });
        return loop;
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        await _nodes.WaitUntilSyncedAsync().WaitAsync(stop);
        var nodes = _nodes.Items;
        await _thread.RunAsync(() =>
        {
            var plan = RoutePlanner.Plan(_options.NodeName, _options.Ranges.Pods, nodes, RouteTable.Links());
            if (plan.Own is { } own)
            {
                CniConfiguration.Write(_options, own);
            }

            _table.Apply(plan);
            return true;
        });
        return ReconcileResult.Done;
    }

    public void Dispose() => _thread.Dispose();
}
