using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Network.Dns;
using Coppice.Network.Namespaces;
using Coppice.Network.Rules;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests.Kernel;

/// <summary>What the network offers beyond services: names asked by pods, and ways into a pod from outside.</summary>
public sealed class ReachTests
{
    [Fact]
    public async Task A_pod_asks_the_dns_service_for_a_name_by_udp()
    {
        await using var node = await TestNode.StartAsync();
        var client = node.AddPod();
        using var inside = NamespaceThread.Start(node.Path);
        await using var server = await inside.RunAsync(() => DnsServer.Start(TestNode.Address, node.Options, TimeProvider.System, NullLogger.Instance));
        server.Zone = new DnsZone(
            "cluster.local", ["default"], [new("default", "web", [IPAddress.Parse("10.96.0.50")], null, [new("", "tcp", 80)], [])], []);
        var dns = new ServiceRules("kube-system", "kube-dns", "dns", TransportProtocol.Udp, 53)
        {
            ClusterAddresses = [node.Options.Ranges.DnsAddress],
            Endpoints = [new EndpointRules(TestNode.Address, server.Port, Local: true)],
        };
        await node.Rules.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeRules, [dns], [])), default);

        byte[] question = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. "\u0003web\u0007default\u0003svc\u0007cluster\u0005local\0"u8, 0, 1, 0, 1];
        foreach (var place in new[] { client.Path, node.Path })
        {
            using var socket = await Call.UdpSocketAsync(place, $"{node.Options.Ranges.DnsAddress}", 53);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await socket.SendAsync(question);
            var answer = new byte[512];
            var count = await socket.ReceiveAsync(answer, patience.Token);
            Assert.Equal([10, 96, 0, 50], answer[(count - 4)..count]);
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
