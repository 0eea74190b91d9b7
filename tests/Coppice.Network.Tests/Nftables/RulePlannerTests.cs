using System.Collections.Immutable;
using System.Net;
using Coppice.Network.Nftables;

namespace Coppice.Network.Tests.Nftables;

public sealed class RulePlannerTests
{
    private static readonly NodeNetwork Node = new([IPNetwork.Parse("10.96.0.0/16")], IPNetwork.Parse("10.244.0.0/16"), ["veth*"]);

    private static ServicePortInfo Web(params string[] endpoints) => new("default", "web", "http", TransportProtocol.Tcp, 80)
    {
        ClusterAddresses = [IPAddress.Parse("10.96.0.50")],
        Endpoints = [.. endpoints.Select(e => new EndpointInfo(IPAddress.Parse(e), 8080, Local: e.StartsWith("10.244.0.", StringComparison.Ordinal)))],
    };

    private static NftTable Plan(params ServicePortInfo[] services) => RulePlanner.Plan(new NetworkState(Node, [.. services], []));

    private static string Changes(NftTable before, NftTable after) => NftDiff.Between("coppice", before, after).Batch;

    [Fact]
    public void An_added_endpoint_touches_its_services_elements_and_nothing_else()
    {
        var other = Web("10.244.0.9") with { Name = "other", ClusterAddresses = [IPAddress.Parse("10.96.0.51")] };
        var third = Web("10.244.0.7", "10.244.0.8") with { Name = "third", ClusterAddresses = [IPAddress.Parse("10.96.0.52")] };

        var changes = Changes(Plan(Web("10.244.0.5"), other, third), Plan(Web("10.244.0.5", "10.244.1.6"), other, third));

        Assert.Equal(
            """
            delete element ip coppice addresses { 10.96.0.50 . tcp . 80 }
            add element ip coppice addresses { 10.96.0.50 . tcp . 80 : goto pick/2 }
            add element ip coppice endpoints/tcp { 10.96.0.50 . 80 . 1 : 10.244.1.6 . 8080 }
            add element ip coppice hairpin { 10.244.1.6 . 10.244.1.6 }

            """,
            changes);
    }

    [Fact]
    public void Services_of_as_many_endpoints_share_a_chain_which_goes_with_the_last_of_them()
    {
        var other = Web("10.244.0.9", "10.244.0.10") with { Name = "other", ClusterAddresses = [IPAddress.Parse("10.96.0.51")] };
        var plan = Plan(Web("10.244.0.5", "10.244.1.6"), other);

        Assert.Equal(["pick/2"], plan.Chains.Keys.Where(name => name.Contains('/', StringComparison.Ordinal)));
        Assert.DoesNotContain("delete chain", Changes(plan, Plan(other)), StringComparison.Ordinal);
        Assert.Contains("delete chain ip coppice pick/2", Changes(plan, Plan()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_loses_its_last_endpoint_is_refused_in_the_same_batch()
    {
        var changes = Changes(Plan(Web("10.244.0.5") with { NodePort = 30080 }), Plan(Web() with { NodePort = 30080 }));

        Assert.Equal(
            """
            delete element ip coppice addresses { 10.96.0.50 . tcp . 80 }
            delete element ip coppice endpoints/tcp { 10.96.0.50 . 80 . 0 }
            delete element ip coppice hairpin { 10.244.0.5 . 10.244.0.5 }
            delete element ip coppice ports { tcp . 30080 }
            add element ip coppice refused-addresses { 10.96.0.50 . tcp . 80 : goto refuse }
            add element ip coppice refused-ports { tcp . 30080 : goto refuse }
            flush chain ip coppice all/default/web/tcp/http
            flush chain ip coppice ext/default/web/tcp/http
            flush chain ip coppice pick/1
            delete chain ip coppice all/default/web/tcp/http
            delete chain ip coppice ext/default/web/tcp/http
            delete chain ip coppice pick/1

            """,
            changes);
    }

    [Fact]
    public void Nothing_changed_means_no_command()
    {
        Assert.True(NftDiff.Between("coppice", Plan(Web("10.244.0.5")), Plan(Web("10.244.0.5"))).IsEmpty);
    }

    [Fact]
    public void A_node_that_joins_is_a_member_of_a_set_and_touches_nothing_else()
    {
        var state = new NetworkState(Node, [Web("10.244.0.5")], []);
        var before = RulePlanner.Plan(state with { OtherNodes = Others("10.244.1.0/24", "192.0.2.1/32") });
        var after = RulePlanner.Plan(state with { OtherNodes = Others("10.244.1.0/24", "192.0.2.1/32", "10.244.2.0/24", "192.0.2.2/32") }, before);

        Assert.NotNull(after.Step);
        Assert.Equal("add element ip coppice other-nodes { 10.244.2.0/24, 192.0.2.2/32 }\n", Changes(before, after));
        Assert.Equal("delete element ip coppice other-nodes { 10.244.2.0/24, 192.0.2.2/32 }\n", Changes(after, RulePlanner.Plan(state with { OtherNodes = Others("10.244.1.0/24", "192.0.2.1/32") }, after)));
        Assert.Contains("ip daddr @other-nodes return", after.Chains["leak"].Rules);

        // What they wrap is known by both ends, where this one knows its own.
        var near = RulePlanner.Plan(state with { OtherNodes = Others("10.244.1.0/24", "192.0.2.1/32") with { Near = IPAddress.Parse("192.0.2.9") } }, before);
        Assert.Equal("add element ip coppice tunnels { 192.0.2.1 . 192.0.2.9 }\n", Changes(before, near));

        static OtherNodes Others(params string[] ranges) => new([.. ranges.Select(range => IPNetwork.Parse(range))]);
    }

    [Fact]
    public void Terminating_endpoints_are_used_only_when_no_other_is_left()
    {
        var ending = new EndpointInfo(IPAddress.Parse("10.244.0.6"), 8080, Local: true, Terminating: true);

        Assert.Equal(["10.244.0.5 . 8080"], Endpoints(Plan(Web("10.244.0.5") with { Endpoints = Web("10.244.0.5").Endpoints.Add(ending) })));
        Assert.Equal(["10.244.0.6 . 8080"], Endpoints(Plan(Web() with { Endpoints = [ending] })));
    }

    [Fact]
    public void Internal_policy_Local_leads_to_this_nodes_endpoints_or_nowhere()
    {
        var local = Plan(Web("10.244.0.5", "10.244.1.6") with { InternalLocalOnly = true });
        Assert.Equal("goto pick/1", local.Sets["addresses"].Elements["10.96.0.50 . tcp . 80"]);
        Assert.Equal(["10.244.0.5 . 8080"], Endpoints(local));

        var none = Plan(Web("10.244.1.6") with { InternalLocalOnly = true });
        Assert.Equal("drop", none.Sets["addresses"].Elements["10.96.0.50 . tcp . 80"]);
    }

    [Fact]
    public void External_policy_Local_keeps_pods_and_node_able_to_use_every_endpoint()
    {
        var plan = Plan(Web("10.244.1.6") with { ExternalLocalOnly = true, NodePort = 30080 });

        Assert.Equal(
            """
            ip saddr 10.244.0.0/16 goto all/default/web/tcp/http
            fib saddr type local meta mark set meta mark | 0x00004000 goto all/default/web/tcp/http
            drop
            """,
            Rules(plan, "ext/default/web/tcp/http"));
    }

    [Fact]
    public void Of_two_services_that_want_one_address_the_first_gets_it_and_the_conflict_is_told()
    {
        var node = ImmutableArray.Create(IPAddress.Parse("192.0.2.10"));
        var plan = Plan(
            Web("10.244.0.5") with { LoadBalancerAddresses = node },
            Web("10.244.0.6") with { Name = "other", ClusterAddresses = [IPAddress.Parse("10.96.0.51")], LoadBalancerAddresses = node });

        Assert.Equal("goto ext/default/web/tcp/http", plan.Sets["addresses"].Elements["192.0.2.10 . tcp . 80"]);
        Assert.Equal(
            [new RuleWarning(new RuleOwner("Service", "default", "other"), "KubeProxyPortConflict", "192.0.2.10 tcp 80 is already taken by Service default/web")],
            plan.Warnings);
    }

    [Fact]
    public void A_removed_udp_endpoint_leaves_stale_connections_and_a_tcp_endpoint_does_not()
    {
        var dns = Web("10.244.0.5", "10.244.0.6") with { Protocol = TransportProtocol.Udp, NodePort = 30053 };
        var without = dns with { Endpoints = dns.Endpoints.RemoveAt(0) };

        Assert.Equal(
            [new UdpRoute(null, 30053, "10.244.0.5", 8080), new UdpRoute("10.96.0.50", 80, "10.244.0.5", 8080)],
            NftDiff.Between("coppice", Plan(dns), Plan(without)).StaleUdp);
        Assert.Empty(NftDiff.Between("coppice", Plan(Web("10.244.0.5", "10.244.0.6")), Plan(Web("10.244.0.6"))).StaleUdp);
    }

    [Fact]
    public void Long_names_are_cut_and_stay_different()
    {
        var (a, b) = (new string('a', 63), new string('b', 63));
        var plan = Plan(
            Web("10.244.0.5") with { Namespace = a, Name = b, PortName = "one", NodePort = 30080 },
            Web("10.244.0.5") with { Namespace = a, Name = b, PortName = "two", NodePort = 30081, ClusterAddresses = [IPAddress.Parse("10.96.0.51")] });

        Assert.Equal(2, plan.Chains.Keys.Count(name => name.StartsWith("all/", StringComparison.Ordinal)));
        Assert.All(plan.Chains.Keys, name => Assert.InRange(name.Length, 1, 127));
    }

    [Fact]
    public void No_name_can_smuggle_a_command_into_the_rules()
    {
        foreach (var name in new[] { "web\nflush ruleset", "web { }", "a/b", "" })
        {
            var plan = Plan(Web("10.244.0.5") with { Name = name }, Web("10.244.0.6") with { Name = "good", NodePort = 30080 });
            Assert.Equal(name, Assert.Single(plan.Warnings).Owner.Name);
            Assert.Contains("all/default/good/tcp/http", plan.Chains.Keys);
            Assert.DoesNotContain(plan.Chains.Keys, chain => chain.Contains("all/", StringComparison.Ordinal) && !chain.Contains("good"));
        }
    }

    private static IEnumerable<string> Endpoints(NftTable plan) => plan.Sets["endpoints/tcp"].Elements.Values;

    private static string Rules(NftTable plan, string chain) => string.Join(Environment.NewLine, plan.Chains[chain].Rules);
}
