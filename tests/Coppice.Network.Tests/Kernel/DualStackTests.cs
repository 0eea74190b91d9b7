using System.Collections.Immutable;
using System.Net;
using Coppice.Network.Dns;
using Coppice.Network.Netns;
using Coppice.Network.Nftables;
using Coppice.Network.Tests.Translation;
using Coppice.Network.Translation;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests.Kernel;

/// <summary>Pods and services of both families in a real kernel: what callers see of IPv6.</summary>
public sealed class DualStackTests
{
    private const string ClusterAddress = "fd00:96::50";
    private const int NodePort = 30080;

    private static ServicePortInfo Web(params TestPod[] endpoints) => new("default", "web", "http", TransportProtocol.Tcp, 80)
    {
        ClusterAddresses = [IPAddress.Parse(ClusterAddress)],
        NodePort = NodePort,
        Endpoints = [.. endpoints.Select(p => new EndpointInfo(p.AddressV6!, 8080, Local: true))],
    };

    private static async ValueTask ApplyAsync(TestNode node, ImmutableArray<HostPortInfo> hostPorts, params ServicePortInfo[] services)
    {
        Assert.Equal([], await node.Rules.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeNetworkOf(NftFamily.V4), [], [])), default));
        Assert.Equal([], await node.Rules.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeNetworkOf(NftFamily.V6), [.. services], hostPorts)), default));
    }

    [Fact]
    public async Task Pods_have_an_address_of_each_family_and_reach_each_other_by_both()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var (server, client) = (node.AddPod(), node.AddPod());
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, []);

        Assert.StartsWith("fd00:244::", $"{server.AddressV6}");
        Assert.Equal(new Answer($"{server.Address}", $"{client.Address}"), await Call.TcpAsync(client.Path, server.Address, 8080));
        Assert.Equal(new Answer($"{server.AddressV6}", $"{client.AddressV6}"), await Call.TcpAsync(client.Path, server.AddressV6!, 8080));
        // Nobody's address of the range is refused, and does not leave the machine.
        Assert.Equal(Answer.Refused, await Call.TcpAsync(client.Path, "fd00:244:0:7::7", 80));
        Assert.Equal(Answer.Refused, await Call.TcpAsync(node.Path, "fd00:96::77", 80));
    }

    [Fact]
    public async Task A_service_is_reached_at_its_cluster_address_from_pods_and_node_and_by_itself()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var (server, client) = (node.AddPod(), node.AddPod());
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, [], Web(server));

        Assert.Equal(new Answer($"{server.AddressV6}", $"{client.AddressV6}"), await Call.TcpAsync(client.Path, ClusterAddress, 80));
        Assert.Equal($"{server.AddressV6}", (await Call.TcpAsync(node.Path, ClusterAddress, 80)).Server);
        Assert.Equal($"{server.AddressV6}", (await Call.TcpAsync(server.Path, ClusterAddress, 80)).Server);

        await ApplyAsync(node, [], Web());
        Assert.Equal(Answer.Refused, await Call.TcpAsync(client.Path, ClusterAddress, 80));
    }

    [Fact]
    public async Task A_node_port_answers_pods_the_node_and_the_world_and_not_on_its_loopback()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var (server, client) = (node.AddPod(), node.AddPod());
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, [], Web(server));

        foreach (var place in new[] { client.Path, node.Path, node.Outside })
        {
            Assert.Equal($"{server.AddressV6}", (await Call.TcpAsync(place, TestNode.AddressV6, NodePort)).Server);
        }

        Assert.Equal(Answer.Refused, await Call.TcpAsync(node.Path, "::1", NodePort));
    }

    [Fact]
    public async Task With_external_policy_Local_the_caller_keeps_its_address()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var server = node.AddPod();
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, [], Web(server) with { ExternalLocalOnly = true });

        Assert.Equal(new Answer($"{server.AddressV6}", $"{TestNode.OutsideAddressV6}"), await Call.TcpAsync(node.Outside, TestNode.AddressV6, NodePort));
    }

    [Fact]
    public async Task A_load_balancer_admits_its_source_ranges_only()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var server = node.AddPod();
        await server.ServeTcpAsync(8080);
        foreach (var (range, answers) in new[] { ("2001:db8::/64", true), ("2001:db8:1::/64", false) })
        {
            await ApplyAsync(node, [], Web(server) with { LoadBalancerAddresses = [TestNode.AddressV6], LoadBalancerSourceRanges = [IPNetwork.Parse(range)] });
            Assert.Equal(answers, (await Call.TcpAsync(node.Outside, TestNode.AddressV6, 80, TimeSpan.FromSeconds(answers ? 10 : 1))).Server.Length > 0);
        }
    }

    [Fact]
    public async Task A_client_stays_with_its_endpoint()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var (one, two, client) = (node.AddPod(), node.AddPod(), node.AddPod());
        await one.ServeTcpAsync(8080);
        await two.ServeTcpAsync(8080);
        await ApplyAsync(node, [], Web(one, two) with { AffinityTimeout = TimeSpan.FromHours(3) });

        var answers = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add((await Call.TcpAsync(client.Path, ClusterAddress, 80)).Server);
        }

        Assert.NotEqual("", Assert.Single(answers));
    }

    [Fact]
    public async Task A_host_port_leads_to_its_pod()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var server = node.AddPod();
        await server.ServeTcpAsync(8080);
        await ApplyAsync(node, [new HostPortInfo("default", "web", TransportProtocol.Tcp, null, 18080, server.AddressV6!, 8080), new HostPortInfo("default", "web", TransportProtocol.Tcp, TestNode.AddressV6, 18081, server.AddressV6!, 8080)]);

        Assert.Equal(new Answer($"{server.AddressV6}", $"{TestNode.OutsideAddressV6}"), await Call.TcpAsync(node.Outside, TestNode.AddressV6, 18080));
        Assert.Equal($"{server.AddressV6}", (await Call.TcpAsync(node.Outside, TestNode.AddressV6, 18081)).Server);
    }

    [Fact]
    public async Task A_policy_is_for_both_families_and_its_ranges_for_their_own()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var (server, friend, stranger) = (node.AddPod(), node.AddPod(), node.AddPod());
        await server.ServeTcpAsync(8080);
        var pods = new[] { ("x/server", server), ("x/friend", friend), ("x/stranger", stranger) }.Select(one => PodOf(one.Item1, one.Item2)).ToArray();
        await PoliceAsync(PolicyWorld.Policy("x", "some", """{"podSelector":{"matchLabels":{"pod":"server"}},"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"friend"}}}]}]}"""));
        foreach (var address in new[] { server.Address, server.AddressV6! })
        {
            Assert.Equal($"{address}", (await Call.TcpAsync(friend.Path, address, 8080)).Server);
            Assert.Equal(Answer.Silence, await Call.TcpAsync(stranger.Path, address, 8080, TimeSpan.FromSeconds(1)));
        }

        await PoliceAsync(PolicyWorld.Policy("x", "some", $$$"""{"podSelector":{"matchLabels":{"pod":"server"}},"ingress":[{"from":[{"ipBlock":{"cidr":"fd00:244::/56","except":["{{{stranger.AddressV6}}}/128"]}}]}]}"""));
        Assert.Equal($"{server.AddressV6}", (await Call.TcpAsync(friend.Path, server.AddressV6!, 8080)).Server);
        Assert.Equal(Answer.Silence, await Call.TcpAsync(stranger.Path, server.AddressV6!, 8080, TimeSpan.FromSeconds(1)));
        Assert.Equal(Answer.Silence, await Call.TcpAsync(friend.Path, server.Address, 8080, TimeSpan.FromSeconds(1)));

        // What may not leave a pod does not, but for the questions without which it would have no link.
        await PoliceAsync(PolicyWorld.Policy("x", "some", """{"podSelector":{"matchLabels":{"pod":"friend"}},"policyTypes":["Egress"],"egress":[{"to":[{"podSelector":{"matchLabels":{"pod":"server"}}}]}]}"""));
        node.Nsenter(friend.Path, "ip", "-6", "neigh", "flush", "dev", "eth0");
        Assert.Equal($"{server.AddressV6}", (await Call.TcpAsync(friend.Path, server.AddressV6!, 8080)).Server);

        async Task PoliceAsync(Objects.Networking.NetworkPolicy policy)
        {
            foreach (var state in new NetworkTranslator(node.Options).Translate(PolicyWorld.Of(pods, policy)).States)
            {
                Assert.Empty(await node.Rules.ApplyAsync(RulePlanner.Plan(state), default));
            }
        }
    }

    [Fact]
    public async Task Names_are_asked_for_at_both_addresses_of_the_name_server()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        var client = node.AddPod();
        using var inside = NamespaceThread.Start(node.Path);
        await using var server = await inside.RunAsync(() => DnsServer.Start([TestNode.Address, TestNode.AddressV6], node.Options, TimeProvider.System, NullLogger.Instance));
        server.Zone = new DnsZone(
            "cluster.local", ["default"], [new("default", "web", [IPAddress.Parse("10.96.0.50"), IPAddress.Parse("fd00:96::50")], null, [new("", "tcp", 80)], [])], []);
        foreach (var (family, address) in new[] { (NftFamily.V4, TestNode.Address), (NftFamily.V6, TestNode.AddressV6) })
        {
            var dns = new ServicePortInfo("kube-system", "kube-dns", "dns", TransportProtocol.Udp, 53)
            {
                ClusterAddresses = [node.Options.Ranges.DnsAddresses.First(family.Has)], Endpoints = [new EndpointInfo(address, server.Port, Local: true)],
            };
            await node.Rules.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeNetworkOf(family), [dns], [])), default);
        }

        foreach (var at in node.Options.Ranges.DnsAddresses)
        {
            Assert.Equal(IPAddress.Parse("10.96.0.50").GetAddressBytes(), (await AskAsync(client.Path, at, type: 1))[^4..]);
            Assert.Equal(IPAddress.Parse("fd00:96::50").GetAddressBytes(), (await AskAsync(client.Path, at, type: 28))[^16..]);
        }
    }

    [Fact]
    public async Task What_another_run_left_of_a_family_that_is_not_used_goes()
    {
        await using var node = await TestNode.StartAsync(isDual: true);
        await ApplyAsync(node, []);
        Assert.Contains("table ip6 coppice", node.Nsenter(null, "nft", "list", "tables"));

        await using var single = new NftablesRules(node.Options.Instance, node.Path);
        await single.ApplyAsync(RulePlanner.Plan(new NetworkState(node.Options.NodeNetwork, [], [])), default);
        Assert.DoesNotContain("table ip6 coppice", node.Nsenter(null, "nft", "list", "tables"));
        Assert.Contains("table ip coppice", node.Nsenter(null, "nft", "list", "tables"));
    }

    private static Pod PodOf(string name, TestPod pod)
    {
        var made = PolicyWorld.Pod(name, $"{pod.Address}");
        return made with { Status = made.Status with { PodIPs = [new() { Ip = $"{pod.Address}" }, new() { Ip = $"{pod.AddressV6}" }] } };
    }

    private static async Task<byte[]> AskAsync(string place, IPAddress server, byte type)
    {
        using var socket = await Call.UdpSocketAsync(place, $"{server}", 53);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.SendAsync((byte[])[1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. "\u0003web\u0007default\u0003svc\u0007cluster\u0005local\0"u8, 0, type, 0, 1]);
        var answer = new byte[512];
        return answer[..await socket.ReceiveAsync(answer, patience.Token)];
    }
}
