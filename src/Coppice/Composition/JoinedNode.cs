using Coppice.ApiServer;
using Coppice.Client.Http;
using Coppice.Composition.Joining;
using Coppice.Configuration;
using Coppice.Network.PodNetwork;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>A node of a cluster whose control plane is on another machine: the same parts as beside it, reached over HTTPS.</summary>
internal sealed class JoinedNode : IServer
{
    private readonly RunningLoops _loops;
    private ApiServerHost? _host;

    private JoinedNode(RunningLoops loops) => _loops = loops;

    public Task<Task> FirstToEnd => _loops.FirstToEnd;

    /// <summary>Starts everything; when it returns, the node is at work.</summary>
    /// <param name="options">With the cluster's settings, as the membership has them.</param>
    public static async Task<JoinedNode> StartAsync(
        ServerOptions options, ClusterMembership cluster, ILoggerFactory logs, IProgress<string> progress, CancellationToken stop)
    {
#pragma warning disable RS0030 // As in a cluster: here the real clock and real randomness come in.
        var (time, random) = (TimeProvider.System, Random.Shared);
#pragma warning restore RS0030
        var log = logs.CreateLogger("Coppice");
        var joined = new JoinedNode(new RunningLoops(time, log));
        try
        {
            await joined.StartAsync(NodeHostOptions.Of(options, AddressOf(options)), cluster, time, random, logs, progress, stop);
            joined._loops.Run(IdleMemory.OfThisProcess(time, log).RunAsync);
            return joined;
        }
        catch
        {
            await joined.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address that others reach this machine by.</summary>
    /// <exception cref="JoinException">It has no network.</exception>
    public static System.Net.IPAddress AddressOf(ServerOptions options) =>
        options.NodeAddress ?? NodeIp.Find() ?? throw new JoinException("this machine has no address that others could reach it by: give it a network, or name its address with --node-address");

    public async ValueTask DisposeAsync()
    {
        _ = _host?.LeaveAsync();
        await _loops.DisposeAsync();
    }

    private async Task StartAsync(
        NodeHostOptions options, ClusterMembership cluster, TimeProvider time, Random random, ILoggerFactory logs, IProgress<string> progress, CancellationToken stop)
    {
        // 1. The way to the API, and the certificates that it takes.
        var door = _loops.Keep(NodeDoor.OverHttps(cluster.Server, cluster.Authority, cluster.Certificates.Clients, time, logs));
        var requests = new CertificateRequests(door.Agent.Api, time);
        _loops.Run(stopping => cluster.Keys.RenewAsync(requests, cluster.Certificates, options.Address, logs.CreateLogger("Coppice.Joining"), stopping));

        // 2. The node's own endpoint, by which the API reaches its pods.
        var node = new NodeHost(options, time, logs);
        var kubelet = node.Endpoint(door.Access);
        _host = _loops.Keep(await ApiServerHost.StartAsync(
            [new HttpsService(new HttpsPort(options.EndpointPort, cluster.Certificates.Endpoint), (http, _) => kubelet.HandleAsync(http))], time, logs, stop));

        // 3. Its service network, and all of it works.
        progress.Report("starting the service network and the container runtime");
        var side = new NodeSide(options, door, cluster.Settings, _loops, time, random, logs);
        side.Run(await side.StartNetworkAsync(0, stop));
        await side.RunAsync(node, stop);
    }
}
