using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Network.Dns;
using Coppice.Network.Netns;
using Coppice.Network.Nftables;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests.Kernel;

/// <summary>What the network offers beyond services: names asked by pods, and ways into a pod from outside.</summary>
public sealed class ReachTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_pod_asks_the_dns_service_for_a_name_by_udp()
    {
        await using var node = await TestNode.StartAsync();
        var client = node.AddPod();
        using var inside = NamespaceThread.Start(node.Path);
        await using var server = await inside.RunAsync(() => DnsServer.Start([TestNode.Address], node.Options, TimeProvider.System, NullLogger.Instance));
        server.Zone = new DnsZone(
            "cluster.local", ["default"], [new("default", "web", [IPAddress.Parse("10.96.0.50")], null, [new("", "tcp", 80)], [])], []);
        var dns = new ServicePortInfo("kube-system", "kube-dns", "dns", TransportProtocol.Udp, 53)
        {
            ClusterAddresses = [node.Options.Ranges.DnsAddress],
            Endpoints = [new EndpointInfo(TestNode.Address, server.Port, Local: true)],
        };
        await node.Rules.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeNetwork, [dns], [])), default);

        byte[] question = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. "\u0003web\u0007default\u0003svc\u0007cluster\u0005local\0"u8, 0, 1, 0, 1];
        foreach (var place in new[] { client.Path, node.Path })
        {
            using var socket = await Call.UdpSocketAsync(place, $"{node.Options.Ranges.DnsAddress}", 53);
            using var patience = new CancellationTokenSource(Patience);
            await socket.SendAsync(question);
            var answer = new byte[512];
            var count = await socket.ReceiveAsync(answer, patience.Token);
            Assert.Equal([10, 96, 0, 50], answer[(count - 4)..count]);
        }
    }

    [Fact]
    public async Task Who_asks_for_a_name_while_nobody_answers_is_not_refused_and_asks_again()
    {
        await using var node = await TestNode.StartAsync();
        var client = node.AddPod();
        using var inside = NamespaceThread.Start(node.Path);
        var server = await inside.RunAsync(() => DnsServer.Start([TestNode.Address], node.Options, TimeProvider.System, NullLogger.Instance));
        var port = server.Port;
        await server.DisposeAsync();
        var dns = new ServicePortInfo("kube-system", "kube-dns", "dns", TransportProtocol.Udp, 53)
        {
            ClusterAddresses = [node.Options.Ranges.DnsAddress],
            Endpoints = [new EndpointInfo(TestNode.Address, port, Local: true)],
        };
        await node.Rules.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeNetwork, [dns], [])), default);
        byte[] question = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. "\u0003web\u0007default\u0003svc\u0007cluster\u0005local\0"u8, 0, 1, 0, 1];
        using var socket = await Call.UdpSocketAsync(client.Path, $"{node.Options.Ranges.DnsAddress}", 53);
        await socket.SendAsync(question);

        // A refusal would be told by the next that is asked of the socket.
        await using var again = await inside.RunAsync(() => DnsServer.Start([TestNode.Address], node.Options with { DnsPort = port }, TimeProvider.System, NullLogger.Instance));
        again.Zone = new DnsZone("cluster.local", ["default"], [new("default", "web", [IPAddress.Parse("10.96.0.50")], null, [new("", "tcp", 80)], [])], []);
        using var patience = new CancellationTokenSource(Patience);
        await socket.SendAsync(question);
        var answer = new byte[512];
        Assert.Equal([10, 96, 0, 50], answer[..await socket.ReceiveAsync(answer, patience.Token)][^4..]);
    }

    [Fact]
    public async Task Names_are_told_to_pods_and_to_the_node_and_to_nobody_else_whichever_way_he_comes()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.AddPod();
        using var inside = NamespaceThread.Start(node.Path);
        await using var server = await inside.RunAsync(() => DnsServer.Start([TestNode.Address], node.Options, TimeProvider.System, NullLogger.Instance));
        server.Zone = new DnsZone(
            "cluster.local", ["default"], [new("default", "web", [IPAddress.Parse("10.96.0.50")], null, [new("", "tcp", 80)], [])], []);
        ImmutableArray<ServicePortInfo> services =
        [
            .. from protocol in new[] { TransportProtocol.Udp, TransportProtocol.Tcp }
               select new ServicePortInfo("kube-system", "kube-dns", "dns", protocol, 53)
               {
                   ClusterAddresses = [node.Options.Ranges.DnsAddress],
                   NodePort = 30053,
                   Endpoints = [new EndpointInfo(TestNode.Address, server.Port, Local: true)],
               },
        ];
        await node.Rules.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeNetwork, services, [])), default);
        node.Nsenter(node.Outside, "ip", "route", "add", $"{node.Options.Ranges.Services}", "via", $"{TestNode.Address}");
        (string Address, int Port)[] ways = [($"{TestNode.Address}", server.Port), ($"{TestNode.Address}", 30053), ($"{node.Options.Ranges.DnsAddress}", 53)];

        foreach (var (address, port) in ways)
        {
            foreach (var place in new[] { pod.Path, node.Path })
            {
                Assert.Equal(DnsCode.Ok, await AskByUdpAsync(place, address, port));
                Assert.Equal(DnsCode.Ok, await AskByTcpAsync(place, address, port));
            }

            Assert.Equal(DnsCode.Refused, await AskByUdpAsync(node.Outside, address, port));
            Assert.Null(await AskByTcpAsync(node.Outside, address, port));
        }
    }

    private static readonly byte[] WebQuestion = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. "\u0003web\u0007default\u0003svc\u0007cluster\u0005local\0"u8, 0, 1, 0, 1];

    private static async Task<DnsCode> AskByUdpAsync(string place, string address, int port)
    {
        using var socket = await Call.UdpSocketAsync(place, address, port);
        using var patience = new CancellationTokenSource(Patience);
        await socket.SendAsync(WebQuestion);
        var answer = new byte[512];
        await socket.ReceiveAsync(answer, patience.Token);
        return (DnsCode)(answer[3] & 15);
    }

    /// <summary>Null if the connection is closed without an answer.</summary>
    private static async Task<DnsCode?> AskByTcpAsync(string place, string address, int port)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            using var socket = await NetworkNamespaces.ConnectAsync(place, new IPEndPoint(IPAddress.Parse(address), port), patience.Token);
            using var stream = new NetworkStream(socket);
            await DnsFrames.WriteAsync(stream, WebQuestion, patience.Token);
            return await DnsFrames.ReadAsync(stream, patience.Token) is { } answer ? (DnsCode)(answer[3] & 15) : null;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task A_port_on_a_pods_own_loopback_is_reached_from_outside(string address)
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.AddPod();
        node.Nsenter(pod.Path, "ip", "link", "set", "lo", "up");
        var at = IPAddress.Parse(address);
        using var listener = await NetworkNamespaces.OpenAsync(pod.Path, at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(at, 9090));
        listener.Listen();
        var accepting = listener.AcceptAsync();

        using var socket = await NetworkNamespaces.ConnectAsync(pod.Path, 9090, default);
        using var accepted = await accepting;
        await accepted.SendAsync("hello"u8.ToArray());
        var buffer = new byte[10];
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer)));
    }

    [Fact]
    public async Task Where_nobody_listens_and_where_the_pod_is_gone_the_caller_is_told()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.AddPod();
        node.Nsenter(pod.Path, "ip", "link", "set", "lo", "up");

        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => NetworkNamespaces.ConnectAsync(pod.Path, 9090, default))).SocketErrorCode);
        await Assert.ThrowsAnyAsync<IOException>(() => NetworkNamespaces.ConnectAsync("/run/netns/never-was", 9090, default));
    }
}
