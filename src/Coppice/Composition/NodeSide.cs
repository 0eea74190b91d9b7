using System.Net;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Composition.Joining;
using Coppice.Network;
using Coppice.Node.LocalVolumes;
using Coppice.Node.Runtime.Containerd;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// What of Coppice is on every node, whether the control plane is beside it or on another machine: the service network, the volumes on
/// its disk, and what its components tell as events. The runtime and the agent are a <see cref="NodeHost"/>'s.
/// </summary>
internal sealed class NodeSide(
    NodeHostOptions options, NodeDoor door, ClusterSettings cluster, RunningLoops loops, TimeProvider time, Random random, ILoggerFactory logs)
{
    private volatile LocalProvisioner? _volumes;

    /// <summary>What its volumes' loops have to tell.</summary>
    public void WriteTo(MetricsText text) => _volumes?.WriteTo(text);

    /// <summary>The node's rules, DNS and the pods' network. It does nothing before <see cref="Run"/>.</summary>
    /// <param name="dnsPortBefore">The port that its DNS had before a restart; zero if none is known.</param>
    public async Task<ServiceNetwork> StartNetworkAsync(int dnsPortBefore, CancellationToken stop)
    {
        var network = new NetworkOptions
        {
            NodeName = options.Name,
            CniConfigurationDirectory = new ContainerdLayout(options.Runtime).CniConfigurationDirectory,
            CniDataDirectory = options.Layout.PodNetwork,
            Instance = options.Instance,
            // Another's containerd has its own plugins.
            FirstPlugin = options is { ContainerdSocket: null, PodsHaveV6: true } ? ContainerdOptions.FirstPlugin : null,
            Ranges = cluster.Ranges,
            ClusterDomain = cluster.ClusterDomain,
            DnsPortBefore = dnsPortBefore,
        };
        return loops.Keep(await ServiceNetwork.StartAsync(network, options.Addresses, door.Network, Recorder(door.Network.Api, "kube-proxy"), time, logs));
    }

    public void Run(ServiceNetwork network)
    {
        var volumes = _volumes = new LocalProvisioner(
            door.Volumes.Api,
            door.Volumes.Caches,
            Recorder(door.Volumes.Api, LocalProvisioner.Name),
            new LocalVolumeOptions(options.Name, options.Layout.Volumes),
            time,
            logs.CreateLogger("Coppice.Node.LocalVolumes"));
        loops.Run([network.RunAsync, volumes.RunAsync, .. door.Loops]);
    }

    /// <summary>The runtime comes up, and the agent takes up its pods.</summary>
    public async Task RunAsync(NodeHost node, CancellationToken stop) =>
        loops.Run(await node.StartAsync(door.Agent, Recorder(door.Agent.Api, "kubelet"), door.Life, $"{random.NextInt64():x}", stop));

    private EventRecorder Recorder(IApiClient api, string component)
    {
        var recorder = new EventRecorder(api, component, options.Name, time, random, logs.CreateLogger("Coppice.Events"));
        loops.Run(recorder.RunAsync);
        return recorder;
    }
}
