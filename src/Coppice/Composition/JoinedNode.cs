using System.Globalization;
using System.Net;
using Coppice.Client;
using Coppice.Composition.Joining;
using Coppice.Configuration;
using Coppice.Network.PodNetwork;
using Coppice.Streaming.Tunnels;
using Coppice.Web;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>A node of a cluster whose control plane is on another machine: the same parts as beside it, reached over HTTPS.</summary>
internal sealed class JoinedNode : IServer
{
    private readonly RunningLoops _loops;
    private NodeHost? _node;
    private ServiceNetwork? _network;

    private JoinedNode(RunningLoops loops) => _loops = loops;

    public Task<Task> FirstToEnd => _loops.FirstToEnd;

    public Task EndPodsAsync() => _node?.EndPodsAsync(default) ?? Task.CompletedTask;

    /// <summary>Starts everything; when it returns, the node is at work.</summary>
    /// <param name="options">With the cluster's settings, as the membership has them.</param>
    public static async Task<IServer> StartAsync(
        ServerOptions options, ClusterMembership cluster, ILoggerFactory logs, IProgress<string> progress, CancellationToken stop)
    {
#pragma warning disable RS0030 // As in a cluster: here the real clock and real randomness come in.
        var (time, random) = (TimeProvider.System, Random.Shared);
#pragma warning restore RS0030
        var log = logs.CreateLogger("Coppice");
        var loops = new RunningLoops(time, log);
        try
        {
            var node = new JoinedNode(loops);
            await node.StartAsync(NodeHostOptions.Of(options, AddressesOf(options)), cluster, (time, random, logs), progress, stop);
            loops.Run(IdleMemory.OfThisProcess(time, log).RunAsync);
            return node;
        }
        catch
        {
            await loops.DisposeAsync();
            throw;
        }
    }

    /// <summary>The addresses that others reach this machine by.</summary>
    /// <exception cref="JoinException">It has no network.</exception>
    public static IReadOnlyList<IPAddress> AddressesOf(ServerOptions options) =>
        NodeAddresses.Of(options) is { Count: > 0 } addresses ? addresses : throw new JoinException("this machine has no address that others could reach it by: give it a network, or name its address with --node-address");

    public ValueTask DisposeAsync() => _loops.DisposeAsync();

    private async Task StartAsync(
        NodeHostOptions options,
        ClusterMembership cluster,
        (TimeProvider Time, Random Random, ILoggerFactory Logs) given,
        IProgress<string> progress,
        CancellationToken stop)
    {
        var (time, random, logs) = given;

        // 1. The way to the API, and the certificates that it takes.
        var door = _loops.Keep(NodeDoor.OverHttps(cluster.Server, cluster.Authority, cluster.Certificates.Clients, null, time, logs));
        var requests = new CertificateRequests(door.Agent.Api, time);
        _loops.Run(stopping => cluster.Keys.RenewAsync(requests, cluster.Certificates, options.Address, logs.CreateLogger("Coppice.Joining"), stopping));

        // 2. The node's own endpoint, by which the API reaches its pods, and the tunnel to it, where nobody can dial.
        var node = _node = new NodeHost(options, time, logs) { NetworkReady = (pod, addresses, ended) => _network!.AdmitAsync(pod, addresses, ended) };
        var kubelet = node.Endpoint(door.Access);
        _loops.Serve(await WebServer.StartAsync(
            [new HttpsService(new HttpsPort(options.EndpointPort, cluster.Certificates.Endpoint), (http, _) => kubelet.HandleAsync(http))], time, logs, stop));
        _loops.Run(TunnelOf(cluster, options.EndpointPort, time, logs).RunAsync);

        // 3. Its service network, and all of it works.
        progress.Report("starting the service network and the container runtime");
        var side = new NodeSide(options, door, cluster.Settings, _loops, time, random, logs);
        var before = DnsPortBefore(options.Layout);
        _network = await side.StartNetworkAsync(before, stop);
        if (_network.DnsPort != before)
        {
            OwnFiles.WritePrivate(options.Layout.DnsPort, $"{_network.DnsPort}");
        }

        side.Run(_network);
        await side.RunAsync(node, stop);
    }

    // Who asks for names over one socket for ever goes on being led there.
    private static int DnsPortBefore(DataLayout layout) =>
        File.Exists(layout.DnsPort) && int.TryParse(File.ReadAllText(layout.DnsPort), CultureInfo.InvariantCulture, out var port) ? port : 0;

    private static TunnelClient TunnelOf(ClusterMembership cluster, int endpointPort, TimeProvider time, ILoggerFactory logs)
    {
        // Nothing is kept: each connection is asked for anew, under the certificate of then.
        var server = new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero };
        server.SslOptions.CertificateChainPolicy = OfflineChain.PolicyOf(cluster.Authority);
        cluster.Certificates.Clients.Agent.ShowBy(server.SslOptions);
        return new(new HttpMessageInvoker(server), cluster.Server, new(IPAddress.Loopback, endpointPort), new TunnelOptions(), time, logs.CreateLogger("Coppice.Tunnel"));
    }
}
