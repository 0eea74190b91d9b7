using System.Net;
using Coppice.Client;
using Coppice.Network;
using Coppice.Network.Dns;
using Coppice.Network.PodNetwork;
using Coppice.Network.Nftables;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>The node's network: kernel settings, the pods' CNI configuration, service rules and DNS.</summary>
internal sealed class ServiceNetwork : IAsyncDisposable
{
    private readonly NftablesRules _rules;
    private readonly DnsServer _dns;
    private readonly NetworkObserver _observer;
    private readonly ServiceNetworkLoop _loop;

    private ServiceNetwork(NetworkOptions options, IPAddress node, CacheSet caches, IEventRecorder events, TimeProvider time, ILoggerFactory logs)
    {
        _rules = new NftablesRules(options.Instance);
        _dns = DnsServer.Start(node, options, time, logs.CreateLogger("Coppice.Dns"));
        _observer = new NetworkObserver(caches, options.NodeName);
        var journal = new NetworkJournal(logs.CreateLogger("Coppice.Network"), trouble =>
        {
            // Of an object that is gone meanwhile there is nothing to tell.
            if (_observer.Find(trouble.Owner) is { } about)
            {
                events.Record(about, "Warning", trouble.Reason, trouble.Message);
            }
        });
        _loop = new ServiceNetworkLoop(_observer.Observe, _rules, zone => _dns.Zone = zone, options, time, journal);
    }

    public int DnsPort => _dns.Port;

    public static async Task<ServiceNetwork> StartAsync(
        NetworkOptions options, IPAddress node, CacheSet caches, IEventRecorder events, TimeProvider time, ILoggerFactory logs)
    {
        await KernelSettings.ApplyAsync(null);
        CniConfiguration.Write(options);
        return new ServiceNetwork(options, node, caches, events, time, logs);
    }

    public Task RunAsync(CancellationToken stop)
    {
        _ = _observer.FollowAsync(_loop.Wake);
        return _loop.RunAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        await _rules.DisposeAsync();
    }
}
