using System.Net;
using Coppice.Client;
using Coppice.Network.Netns;
using Coppice.Network.PodNetwork;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Network.NodeRoutes;

/// <summary>
/// Gives this node's pods addresses of the range that the node was given, and ways to the pods of other nodes: observe, plan, apply. Every
/// change of a node wakes it, and what the kernel lets go of.
/// </summary>
public sealed class NodeRouteReconciler : IReconciler, IDisposable
{
    private readonly ObjectCache<Node> _nodes;
    private readonly NetworkOptions _options;
    private readonly RouteTable _table;
    private readonly NamespaceThread _thread;

    // 1 after a node has changed. Taken back before the nodes are read: what changes meanwhile is news again.
    private int _hasNews = 1;

    private Known? _plan;

    /// <param name="namespacePath">The network namespace to work in, or null for this process's own.</param>
    public NodeRouteReconciler(ObjectCache<Node> nodes, NetworkOptions options, string? namespacePath = null)
    {
        (_nodes, _options) = (nodes, options);
        // The kernel takes 15 characters for a device.
        _table = new RouteTable(options.Ranges.Pods, $"vx-{options.Instance[..Math.Min(options.Instance.Length, 12)]}");
        _thread = NamespaceThread.Start(namespacePath, "routes");
    }

    // A link that is down refuses routes; it tells when it is up again.
    public static readonly ReconcileOptions Pauses = ReconcileOptions.Default with { FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(10) };

    /// <summary>The loop that runs it.</summary>
    public ReconcileLoop<ObjectKey> Woken(ReconcileLoop<ObjectKey> loop)
    {
        _nodes.Subscribe(change =>
        {
            if (RoutePlanner.IsNews(change))
            {
                Interlocked.Exchange(ref _hasNews, 1);
                loop.Enqueue(default);
            }
        });
        return loop;
    }

    /// <summary>Wakes the loop when ways may be gone. Where the kernel does not tell, an audit looks.</summary>
    public async Task WatchAsync(ReconcileLoop<ObjectKey> loop, TimeProvider time, CancellationToken stop)
    {
        try
        {
            await RouteWatch.RunAsync(_thread, () => loop.Enqueue(default), time, stop);
        }
        catch (IOException)
        {
            // The audits go on.
        }
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        await _nodes.WaitUntilSyncedAsync().WaitAsync(stop);
        await _thread.RunAsync(() =>
        {
            var links = RouteTable.Links();
            var hasNews = Interlocked.Exchange(ref _hasNews, 0) == 1;
            if (hasNews || _plan is not { } known || !known.Links.SequenceEqual(links))
            {
                _plan = known = new(RoutePlanner.Plan(_options.NodeName, _options.Ranges.Pods, _nodes.Items, links), links);
            }

            if (known.Plan.Own is { } own)
            {
                CniConfiguration.Write(_options, own);
            }

            _table.Apply(known.Plan);
            return true;
        });
        return ReconcileResult.After(_options.RouteAuditInterval);
    }

    public void Dispose() => _thread.Dispose();

    /// <param name="Links">Of which it was made.</param>
    private sealed record Known(RoutePlan Plan, IReadOnlyList<IPNetwork> Links);
}
