using Coppice.Client;
using Coppice.Network.Netns;
using Coppice.Network.PodNetwork;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Network.NodeRoutes;

/// <summary>
/// Gives this node's pods addresses of the ranges that the node was given, and ways to the pods of other nodes: observe, plan, apply. Every
/// change of a node wakes it, and what the kernel lets go of.
/// </summary>
public sealed partial class NodeRouteReconciler : IReconciler, IDisposable
{
    private readonly ObjectCache<Node> _nodes;
    private readonly NetworkOptions _options;
    private readonly ObjectKey _self;
    private readonly RouteTable _table;
    private readonly NamespaceThread _thread;

    private readonly ILogger _log;

    // What was said of wrapping; it is said once, until it is over.
    private string? _said;

    /// <param name="namespacePath">The network namespace to work in, or null for this process's own.</param>
    public NodeRouteReconciler(ObjectCache<Node> nodes, NetworkOptions options, ILogger log, string? namespacePath = null)
    {
        (_nodes, _options, _self, _log) = (nodes, options, new("", options.NodeName), log);
        _table = TableOf(options.Instance, options.Ranges);
        _thread = NamespaceThread.Start(namespacePath, "routes");
    }

    /// <summary>Takes all ways to other nodes' pods away, of an instance that does not run any more.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Remove(string instance, ClusterRanges ranges) => TableOf(instance, ranges).Apply(new RoutePlan([], null, []));

    private static RouteTable TableOf(string instance, ClusterRanges ranges) => new(ranges.AllPods, NetworkOptions.TunnelDeviceOf(instance));

    // A link that is down refuses routes; it tells when it is up again.
    public static readonly ReconcileOptions Pauses = ReconcileOptions.Default with { FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(10) };

    /// <summary>The loop that runs it.</summary>
    public ReconcileLoop<ObjectKey> Woken(ReconcileLoop<ObjectKey> loop)
    {
        _nodes.Subscribe(change =>
        {
            if (RoutePlanner.IsNews(change))
            {
                loop.Enqueue(_self);
            }
        });
        return loop;
    }

    /// <summary>Wakes the loop when ways may be gone. Where the kernel does not tell, an audit looks.</summary>
    public async Task WatchAsync(ReconcileLoop<ObjectKey> loop, TimeProvider time, CancellationToken stop)
    {
        try
        {
            await RouteWatch.RunAsync(_thread, () => loop.Enqueue(_self), time, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // Whatever it is: the audits go on.
            LogDeaf(_log, _options.RouteAuditInterval.TotalSeconds, e.Message);
        }
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        await _nodes.WaitUntilSyncedAsync().WaitAsync(stop);
        await _thread.RunAsync(() =>
        {
            var plan = RoutePlanner.Plan(_options.NodeName, _options.Ranges.AllPods, _nodes.Items, RouteTable.Links([.. _options.Families.Select(family => family.Of)]));
            if (!plan.Own.IsEmpty)
            {
                CniConfiguration.Write(_options, plan.Own);
            }

            _table.Apply(plan);
            Tell(_table.CannotWrap);
            return true;
        });
        return ReconcileResult.After(_options.RouteAuditInterval);
    }

    public void Dispose() => _thread.Dispose();

    private void Tell(string? cannotWrap)
    {
        if (cannotWrap is not null && cannotWrap != _said)
        {
            LogCannotWrap(_log, cannotWrap);
        }

        _said = cannotWrap;
    }

    [LoggerMessage(4006, LogLevel.Warning, "Nodes without a common network with this one will not be reached: {Why}")]
    private static partial void LogCannotWrap(ILogger log, string why);

    [LoggerMessage(4007, LogLevel.Warning, "The kernel does not tell of lost routes; they are looked for every {Seconds} s: {Why}")]
    private static partial void LogDeaf(ILogger log, double seconds, string why);
}
