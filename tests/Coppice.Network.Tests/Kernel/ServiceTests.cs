using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Network.Netns;
using Coppice.Network.Nftables;

namespace Coppice.Network.Tests.Kernel;

/// <summary>The rules in a real kernel: what callers at different places see.</summary>
public sealed class ServiceTests
{
    private const string ClusterAddress = "10.96.0.50";
    private const int NodePort = 30080;

    private static ServicePortInfo Web(params TestPod[] endpoints) => new("default", "web", "http", TransportProtocol.Tcp, 80)
    {
        ClusterAddresses = [IPAddress.Parse(ClusterAddress)],
        NodePort = NodePort,
        Endpoints = [.. endpoints.Select(p => new EndpointInfo(p.Address, 8080, Local: true))],
    };

    private static ValueTask ApplyAsync(TestNode node, params ServicePortInfo[] services) => ApplyAsync(node, [], services);

    private static async ValueTask ApplyAsync(TestNode node, ImmutableArray<HostPortInfo> hostPorts, params ServicePortInfo[] services) =>
        Assert.Equal([], await node.Rules.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeNetwork, [.. services], hostPorts)), default));

    [Fact]
    public async Task A_service_is_reached_at_its_cluster_address_from_pods_and_from_the_node()
    {
        await using var node = await TestNode.StartAsync();
        var (server, client) = (node.AddPod(), node.AddPod());
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, Web(server));

        Assert.Equal(new Answer($"{server.Address}", $"{client.Address}"), await Call.TcpAsync(client.Path, ClusterAddress, 80));
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Path, ClusterAddress, 80)).Server);
    }

    [Theory]
    [InlineData(TransportProtocol.Tcp)]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Sctp)]
    public async Task A_service_with_other_endpoints_leaves_all_other_rules_as_they_are(TransportProtocol protocol)
    {
        await using var node = await TestNode.StartAsync();
        TestPod[] pods = [node.AddPod(), node.AddPod(), node.AddPod(), node.AddPod()];
        await ApplyAsync(node, Web(pods[0]) with { Protocol = protocol });
        var before = OtherRules();
        for (var count = 2; count <= pods.Length; count++)
        {
            await ApplyAsync(node, Web(pods[..count]) with { Protocol = protocol });
            Assert.Equal(before, OtherRules());
        }

        // The kernel numbers what it is given: what is written anew has another number.
        string OtherRules() => node.Nsenter(null, "nft", "--handle", "list", "chain", "ip", node.Options.Instance, "filter-forward");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.5")]
    [InlineData("192.0.2.10")]
    public async Task A_node_port_answers_on_every_address_of_the_node(string address)
    {
        await using var node = await TestNode.StartAsync();
        var server = node.AddPod();
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, Web(server));

        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Path, address, NodePort)).Server);
    }

    [Fact]
    public async Task A_node_port_answers_pods_and_the_world_outside()
    {
        await using var node = await TestNode.StartAsync();
        var (server, client) = (node.AddPod(), node.AddPod());
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, Web(server));

        Assert.Equal($"{server.Address}", (await Call.TcpAsync(client.Path, TestNode.Address, NodePort)).Server);
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Outside, TestNode.Address, NodePort)).Server);
    }

    [Fact]
    public async Task Pods_of_other_nodes_are_sent_to_by_any_device_and_only_while_their_node_is_there()
    {
        await using var node = await TestNode.StartAsync();
        var client = node.AddPod();
        node.Ip("route", "add", "10.244.9.0/24", "via", $"{TestNode.OutsideAddress}");
        node.Nsenter(node.Outside, "ip", "addr", "add", "10.244.9.5/32", "dev", "lo");
        node.Nsenter(node.Outside, "ip", "route", "add", "10.244.0.0/24", "via", $"{TestNode.Address}");
        var listeners = new List<Socket>();
        await TestPod.ServeTcpAsync(node.Outside, 8080, listeners, () => "far");
        var (alone, joined) = (new NetworkState(node.Options.NodeNetwork, [], []), new OtherNodes([IPNetwork.Parse("10.244.9.0/24"), IPNetwork.Parse($"{TestNode.OutsideAddress}/32")]));

        foreach (var (state, answer) in new[] { (alone, Answer.Refused), (alone with { OtherNodes = joined }, new Answer("far", $"{client.Address}")), (alone, Answer.Refused) })
        {
            Assert.Equal([], await node.Rules.ApplyAsync(RulePlanner.Plan(state), default));
            Assert.Equal(answer, await Call.TcpAsync(client.Path, "10.244.9.5", 8080));
        }

        listeners.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task With_external_policy_Local_the_caller_keeps_its_address()
    {
        await using var node = await TestNode.StartAsync();
        var server = node.AddPod();
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, Web(server) with { ExternalLocalOnly = true });

        Assert.Equal(new Answer($"{server.Address}", $"{TestNode.OutsideAddress}"), await Call.TcpAsync(node.Outside, TestNode.Address, NodePort));
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Path, "127.0.0.1", NodePort)).Server);
    }

    [Fact]
    public async Task A_load_balancer_uses_the_nodes_own_address_and_admits_its_source_ranges_only()
    {
        await using var node = await TestNode.StartAsync();
        var server = node.AddPod();
        await server.ServeTcpAsync(8080);
        var service = Web(server) with { LoadBalancerAddresses = [TestNode.Address] };
        await ApplyAsync(node, service);
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Outside, TestNode.Address, 80)).Server);

        await ApplyAsync(node, service with { LoadBalancerSourceRanges = [IPNetwork.Parse("198.51.100.0/24")] });
        Assert.Equal(Answer.Silence, await Call.TcpAsync(node.Outside, TestNode.Address, 80));

        await ApplyAsync(node, service with { LoadBalancerSourceRanges = [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.0.2.0/25")] });
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Outside, TestNode.Address, 80)).Server);
    }

    [Fact]
    public async Task Without_endpoints_every_way_to_a_service_is_refused_at_once()
    {
        await using var node = await TestNode.StartAsync();
        var client = node.AddPod();
        var service = Web() with { LoadBalancerAddresses = [TestNode.Address], ExternalAddresses = [IPAddress.Parse("198.51.100.7")] };
        await ApplyAsync(node, service);

        foreach (var place in new[] { node.Path, client.Path })
        {
            Assert.Equal(Answer.Refused, await Call.TcpAsync(place, ClusterAddress, 80));
            Assert.Equal(Answer.Refused, await Call.TcpAsync(place, TestNode.Address, NodePort));
            Assert.Equal(Answer.Refused, await Call.TcpAsync(place, TestNode.Address, 80));
            Assert.Equal(Answer.Refused, await Call.TcpAsync(place, "198.51.100.7", 80));
        }

        Assert.Equal(Answer.Refused, await Call.TcpAsync(node.Path, "127.0.0.1", NodePort));
        Assert.Equal(Answer.Refused, await Call.TcpAsync(node.Outside, TestNode.Address, NodePort));
    }

    // The kernel goes on noting a connection that was reset for ten seconds, and clients that ask often come back to a port within that.
    [Theory]
    [InlineData("node", "127.0.0.1", NodePort)]
    [InlineData("node", ClusterAddress, 80)]
    [InlineData("pod", ClusterAddress, 80)]
    [InlineData("pod", "192.0.2.10", NodePort)]
    [InlineData("outside", "192.0.2.10", NodePort)]
    public async Task Who_was_refused_is_answered_at_the_same_port_as_soon_as_there_is_an_endpoint(string place, string address, int port)
    {
        await using var node = await TestNode.StartAsync();
        var (server, client) = (node.AddPod(), node.AddPod());
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, Web());
        var path = place switch { "node" => node.Path, "pod" => client.Path, _ => node.Outside };
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        int own;
        using (var refused = await NetworkNamespaces.OpenAsync(path, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            refused.Bind(new IPEndPoint(IPAddress.Any, 0));
            own = ((IPEndPoint)refused.LocalEndPoint!).Port;
            Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => refused.ConnectAsync(target))).SocketErrorCode);
        }

        await ApplyAsync(node, Web(server));

        using var again = await NetworkNamespaces.OpenAsync(path, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        again.Bind(new IPEndPoint(IPAddress.Any, own));
        await again.ConnectAsync(target);
    }

    [Fact]
    public async Task What_is_unknown_in_the_service_and_pod_ranges_is_refused_and_never_leaves_the_node()
    {
        await using var node = await TestNode.StartAsync();
        var client = node.AddPod();
        await ApplyAsync(node);
        node.Nsenter(node.Outside, "nft", "add table ip seen; add chain ip seen in { type filter hook prerouting priority 0 ; }; "
            + "add rule ip seen in ip daddr { 10.96.0.0/16, 10.244.0.0/16 } counter; add rule ip seen in ip saddr 10.244.0.0/16 counter");

        foreach (var place in new[] { node.Path, client.Path })
        {
            Assert.Equal(Answer.Refused, await Call.TcpAsync(place, "10.96.7.7", 80));
            Assert.Equal(Answer.Refused, await Call.TcpAsync(place, "10.244.9.9", 80));
            using var udp = await Call.UdpSocketAsync(place, "10.96.7.7", 53);
            // A sender on the node itself is told by its own system call.
            Assert.Contains((await Call.UdpAsync(udp)).Failure, new[] { "ConnectionRefused", "AccessDenied" });
        }

        Assert.DoesNotMatch("packets [1-9]", node.Nsenter(node.Outside, "nft", "list", "table", "ip", "seen"));
    }

    [Fact]
    public async Task A_pod_reaches_itself_through_its_service()
    {
        await using var node = await TestNode.StartAsync();
        var server = node.AddPod();
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, Web(server));

        var answer = await Call.TcpAsync(server.Path, ClusterAddress, 80);
        Assert.Equal($"{server.Address}", answer.Server);
        Assert.NotEqual($"{server.Address}", answer.SeenAs);
    }

    [Fact]
    public async Task A_pod_reaches_the_world_under_the_nodes_address()
    {
        await using var node = await TestNode.StartAsync();
        var client = node.AddPod();
        List<Socket> listeners = [];
        await TestPod.ServeTcpAsync(node.Outside, 9000, listeners, () => "world");
        await ApplyAsync(node);

        Assert.Equal(new Answer("world", $"{TestNode.Address}"), await Call.TcpAsync(client.Path, TestNode.OutsideAddress, 9000));
        listeners.ForEach(l => l.Dispose());
    }

    [Fact]
    public async Task A_service_may_lead_to_the_node_itself()
    {
        await using var node = await TestNode.StartAsync();
        var client = node.AddPod();
        List<Socket> listeners = [];
        await TestPod.ServeTcpAsync(node.Path, 6443, listeners, () => "api", TestNode.Address);
        await ApplyAsync(node, Web() with { Endpoints = [new EndpointInfo(TestNode.Address, 6443, Local: true)] });

        Assert.Equal("api", (await Call.TcpAsync(client.Path, ClusterAddress, 80)).Server);
        Assert.Equal("api", (await Call.TcpAsync(node.Path, ClusterAddress, 80)).Server);
        listeners.ForEach(l => l.Dispose());
    }

    [Fact]
    public async Task New_connections_spread_over_the_endpoints_and_leave_a_removed_one_at_once_while_old_ones_go_on()
    {
        await using var node = await TestNode.StartAsync();
        var (a, b, client) = (node.AddPod(), node.AddPod(), node.AddPod());
        await a.ServeTcpAsync(8080);
        await b.ServeTcpAsync(8080);
        await ApplyAsync(node, Web(a));
        using var old = await NetworkNamespaces.ConnectAsync(client.Path, new IPEndPoint(IPAddress.Parse(ClusterAddress), 80), default);
        var buffer = new byte[100];
        Assert.StartsWith($"{a.Address}", Encoding.ASCII.GetString(buffer, 0, await old.ReceiveAsync(buffer)));

        await ApplyAsync(node, Web(a, b));
        var servers = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            servers.Add((await Call.TcpAsync(client.Path, ClusterAddress, 80)).Server);
        }

        Assert.InRange(servers.Count(s => s == $"{a.Address}"), 5, 35);

        await ApplyAsync(node, Web(b));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"{b.Address}", (await Call.TcpAsync(client.Path, ClusterAddress, 80)).Server);
        }

        await old.SendAsync("still there?"u8.ToArray());
        Assert.Equal("still there?", Encoding.ASCII.GetString(buffer, 0, await old.ReceiveAsync(buffer)));
    }

    [Fact]
    public async Task With_affinity_a_client_stays_with_its_endpoint_until_that_is_gone()
    {
        await using var node = await TestNode.StartAsync();
        var (a, b, client) = (node.AddPod(), node.AddPod(), node.AddPod());
        await a.ServeTcpAsync(8080);
        await b.ServeTcpAsync(8080);
        await ApplyAsync(node, Web(a, b) with { AffinityTimeout = TimeSpan.FromHours(3) });

        var first = (await Call.TcpAsync(client.Path, ClusterAddress, 80)).Server;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(first, (await Call.TcpAsync(client.Path, ClusterAddress, 80)).Server);
        }

        var other = first == $"{a.Address}" ? b : a;
        await ApplyAsync(node, Web(other) with { AffinityTimeout = TimeSpan.FromHours(3) });
        Assert.Equal($"{other.Address}", (await Call.TcpAsync(client.Path, ClusterAddress, 80)).Server);
    }

    [Fact]
    public async Task A_udp_client_that_keeps_its_socket_is_led_to_the_next_endpoint()
    {
        await using var node = await TestNode.StartAsync();
        var (a, b, client) = (node.AddPod(), node.AddPod(), node.AddPod());
        await a.ServeUdpAsync(5353);
        await b.ServeUdpAsync(5353);
        ServicePortInfo Dns(TestPod pod) => new("kube-system", "dns", "dns", TransportProtocol.Udp, 53)
        {
            ClusterAddresses = [IPAddress.Parse(ClusterAddress)],
            Endpoints = [new EndpointInfo(pod.Address, 5353, Local: true)],
        };
        await ApplyAsync(node, Dns(a));
        using var socket = await Call.UdpSocketAsync(client.Path, ClusterAddress, 53);
        await IsAnsweredByAsync(a);

        await ApplyAsync(node, Dns(b));
        await IsAnsweredByAsync(b);

        // The kernel forgets the connection a moment after the rules changed, and a busy machine may be late; a client asks again.
        async Task IsAnsweredByAsync(TestPod pod)
        {
            var server = "";
            for (var since = TimeProvider.System.GetTimestamp();
                 server != $"{pod.Address}" && TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(30);)
            {
                server = (await Call.UdpAsync(socket)).Server;
            }

            Assert.Equal($"{pod.Address}", server);
        }
    }

    [Fact]
    public async Task A_host_port_leads_to_its_pod_from_everywhere()
    {
        await using var node = await TestNode.StartAsync();
        var (server, client) = (node.AddPod(), node.AddPod());
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, [new HostPortInfo("default", "web-0", TransportProtocol.Tcp, null, 8081, server.Address, 8080)]);

        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Path, "127.0.0.1", 8081)).Server);
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(client.Path, TestNode.Address, 8081)).Server);
        Assert.Equal(new Answer($"{server.Address}", $"{TestNode.OutsideAddress}"), await Call.TcpAsync(node.Outside, TestNode.Address, 8081));
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(server.Path, TestNode.Address, 8081)).Server);
    }

    [Fact]
    public async Task The_nodes_loopback_stays_closed_to_its_neighbours()
    {
        await using var node = await TestNode.StartAsync();
        List<Socket> listeners = [];
        await TestPod.ServeTcpAsync(node.Path, 7000, listeners, () => "secret", IPAddress.Loopback);
        await ApplyAsync(node);
        node.Nsenter(node.Outside, "ip", "addr", "del", "127.0.0.1/8", "dev", "lo");
        node.Nsenter(node.Outside, "ip", "route", "add", "127.0.0.1/32", "via", $"{TestNode.Address}");
        node.Nsenter(node.Outside, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet");

        Assert.NotEqual("secret", (await Call.TcpAsync(node.Outside, "127.0.0.1", 7000)).Server);
        listeners.ForEach(l => l.Dispose());
    }

    [Fact]
    public async Task Rules_that_somebody_flushed_come_back_and_those_of_an_earlier_run_are_replaced()
    {
        await using var node = await TestNode.StartAsync();
        var server = node.AddPod();
        await server.ServeTcpAsync(8080);
        node.Nsenter(null, "nft", "add table ip coppice; add chain ip coppice left-over");
        await ApplyAsync(node, Web(server));
        Assert.DoesNotContain("left-over", node.Nsenter(null, "nft", "list", "ruleset"));
        Assert.Null(await node.Rules.RestoreAsync(default));

        node.Nsenter(null, "nft", "flush", "ruleset");
        Assert.NotNull(await node.Rules.RestoreAsync(default));
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Path, "127.0.0.1", NodePort)).Server);

        node.Nsenter(null, "nft", "flush", "ruleset");
        await ApplyAsync(node, Web(server) with { NodePort = 30081 });
        Assert.Equal($"{server.Address}", (await Call.TcpAsync(node.Path, "127.0.0.1", 30081)).Server);

        await node.Rules.RemoveAsync(default);
        Assert.DoesNotContain("coppice", node.Nsenter(null, "nft", "list", "ruleset"));
    }
}
