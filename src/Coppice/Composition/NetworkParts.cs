using System.Net;

{
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Network;
using Coppice.Network.Dns;
using Coppice.Network.Nftables;
using Coppice.Network.PodNetwork;
using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;
namespace Coppice.Composition;
internal sealed class NetworkParts : IAsyncDisposable
    private readonly Caches _caches;
    private readonly DnsServer _dns;
    private readonly NftablesRules _rules;
    private readonly ServiceNetworkLoop _loop;
/// <summary>The node's network: kernel settings, the pods' CNI configuration, service rules and DNS.</summary>

    private NetworkParts(NetworkOptions options, IPAddress node, Caches caches, IEventRecorder events, TimeProvider time, ILoggerFactory logs)
    {
        _caches = caches;
        _rules = new NftablesRules(options.Instance);
        _dns = DnsServer.Start(node, options, time, logs.CreateLogger("Coppice.Dns"));
        var journal = new NetworkJournal(logs.CreateLogger("Coppice.Network"), warning => Post(warning, events));
        _loop = new ServiceNetworkLoop(Observe, _rules, zone => _dns.Zone = zone, options, time, journal);
        caches.Services.Cache.Subscribe(_ => _loop.Wake());
        caches.EndpointSlices.Cache.Subscribe(_ => _loop.Wake());
        caches.Pods.Cache.Subscribe(change =>
        {
            // Of pods only the host ports count; all else about them comes with the slices.
            if (TakesHostPorts(change.Old) || TakesHostPorts(change.New))
            {
                _loop.Wake();
            }
        });
        caches.Namespaces.Cache.Subscribe(_ => _loop.Wake());
    }

    public int DnsPort => _dns.Port;

    public static async Task<NetworkParts> StartAsync(
        NetworkOptions options, IPAddress node, Caches caches, IEventRecorder events, TimeProvider time, ILoggerFactory logs)
    {
        await KernelSettings.ApplyAsync(null);
        CniConfiguration.Write(options);
        return new NetworkParts(options, node, caches, events, time, logs);
    }

    public Task RunAsync(CancellationToken stop)
    {
        _ = WakeOnceAllIsKnownAsync();
        return _loop.RunAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        await _rules.DisposeAsync();
    }

    // The last of the copies to be filled tells of its objects before it counts as filled, and of none if it has none.
    private async Task WakeOnceAllIsKnownAsync()
    {
        await _caches.Services.WaitUntilSyncedAsync();
        await _caches.EndpointSlices.WaitUntilSyncedAsync();
        await _caches.Pods.WaitUntilSyncedAsync();
        await _caches.Namespaces.WaitUntilSyncedAsync();
        _loop.Wake();
    }

    // Of an object that is gone meanwhile there is nothing to tell.
    private void Post(RuleWarning warning, IEventRecorder events)
    {
        var key = new ObjectKey(warning.Owner.Namespace, warning.Owner.Name);
        KubernetesObject? about = warning.Owner.Kind switch
        {
            "Service" => _caches.Services.Find(key),
            "EndpointSlice" => _caches.EndpointSlices.Find(key),
            _ => _caches.Pods.Find(key),
        };
        if (about is not null)
        {
            events.Record(about, "Warning", warning.Reason, warning.Message);
        }
    }

    private static bool TakesHostPorts(Pod? pod) =>
        pod is not null && pod.Spec.InitContainers.Concat(pod.Spec.Containers).SelectMany(one => one.Ports).Any(one => one.HostPort > 0);

    /// <summary>Null until all of it is known: rules from half of the world would cut off the other half.</summary>
    private NetworkObjects? Observe() =>
        _caches.Services.Cache.IsSynced && _caches.EndpointSlices.Cache.IsSynced && _caches.Pods.Cache.IsSynced && _caches.Namespaces.Cache.IsSynced
            ? new NetworkObjects(_caches.Services.Cache.Items, _caches.EndpointSlices.Cache.Items, _caches.Pods.Cache.Items, _caches.Namespaces.Cache.Items.Select(n => n.Metadata.Name!))
            : null;
}
