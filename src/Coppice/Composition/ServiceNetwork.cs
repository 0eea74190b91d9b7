using System.Net;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Network;
using Coppice.Network.Dns;
using Coppice.Network.HealthPorts;
using Coppice.Network.NodeRoutes;
using Coppice.Network.PodNetwork;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>The node's network: kernel settings, the pods' CNI configuration, service rules and DNS.</summary>
internal sealed class ServiceNetwork : IAsyncDisposable
{
    private readonly NftablesRules _rules;
    private readonly DnsServer _dns;
    private readonly HealthPortServer _healthPorts;
    private readonly NetworkObserver _observer;
    private readonly ServiceNetworkLoop _loop;
    private readonly NodeRouteReconciler _routes;
    private readonly ReconcileLoop<ObjectKey> _routing;
    private readonly TimeProvider _time;

    private ServiceNetwork(NetworkOptions options, IReadOnlyList<IPAddress> node, CacheSet caches, IEventRecorder events, TimeProvider time, ILoggerFactory logs)
    {
        _time = time;
        _rules = new NftablesRules(options.Instance, null, options.Families);
        _dns = DnsServer.Start(node, options, time, logs.CreateLogger("Coppice.Dns"));
        _observer = new NetworkObserver(caches, options);
        var log = logs.CreateLogger("Coppice.Network");
        var journal = new NetworkJournal(log, trouble =>
        {
            // Of an object that is gone meanwhile there is nothing to tell.
            if (_observer.Find(trouble.Owner) is { } about)
            {
                events.Record(about, "Warning", trouble.Reason, trouble.Message);
            }
        });
        _healthPorts = new HealthPortServer(time, log);
        _loop = new ServiceNetworkLoop(_observer.Observe, _rules, zone => _dns.Zone = zone, options with { OwnDns = [.. node.Select(address => new IPEndPoint(address, _dns.Port))] }, time, journal)
        {
            HealthPorts = _healthPorts,
        };
        _routes = new NodeRouteReconciler(caches.Of<Objects.Core.Node>(), options, log);
        _routing = _routes.Woken(new("NodeRoutes", _routes, NodeRouteReconciler.Pauses, time, log));
    }

    public int DnsPort => _dns.Port;

    public static async Task<ServiceNetwork> StartAsync(
        NetworkOptions options, IReadOnlyList<IPAddress> node, NodeComponent proxy, IEventRecorder events, TimeProvider time, ILoggerFactory logs)
    {
        await KernelSettings.ApplyAsync(null, options.Families);

        // So that pods need not wait until the node was given its ranges again; a lonely one's it knows by itself.
        var nodes = (await proxy.Api.ListAsync<Objects.Core.Node>(ListQuery.All, default)).Items;
        if (RoutePlanner.Plan(options.NodeName, options.Ranges.AllPods, nodes, []) is var plan && (!plan.Own.IsEmpty || plan.Routes.IsEmpty))
        {
            CniConfiguration.Write(options, plan.Own.IsEmpty ? null : plan.Own);
        }

        return new ServiceNetwork(options, node, proxy.Caches, events, time, logs);
    }

    /// <summary>What rules and DNS have to tell.</summary>
    public void WriteTo(MetricsText text)
    {
        _loop.WriteTo(text);
        _dns.WriteTo(text);
        _routing.WriteTo(text);
    }

    /// <summary>
    /// Completes when the rules know a pod's addresses. Where there are policies, no container of it starts before: else it could do for a
    /// moment what is forbidden.
    /// </summary>
    public async ValueTask AdmitAsync(Pod pod, IReadOnlyList<string> addresses, CancellationToken stop)
    {
        if (_observer.MayHavePolicies)
        {
            _observer.Arrives(pod, [.. addresses.Select(IPAddress.Parse)]);
            await _loop.ApplyAsync(stop);
        }
    }

    public Task RunAsync(CancellationToken stop)
    {
        _ = _observer.FollowAsync(_loop.Wake);
        return LoopsTogether.RunAsync(stop, _loop.RunAsync, _routing.RunAsync, end => _routes.WatchAsync(_routing, _time, end));
    }

    public async ValueTask DisposeAsync()
    {
        _routes.Dispose();
        await _healthPorts.DisposeAsync();
        await _dns.DisposeAsync();
        await _rules.DisposeAsync();
    }
}
