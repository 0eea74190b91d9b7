using System.Net;
using Coppice.Network.Nftables;
using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;
using IPAddress = System.Net.IPAddress;
using static Coppice.Network.Tests.Translation.PolicyWorld;

namespace Coppice.Network.Tests.Translation;

public sealed class PolicyTranslationTests
{
    private static readonly NetworkOptions Options = new() { NodeName = "node", CniConfigurationDirectory = "", CniDataDirectory = "" };

    private static readonly Pod[] Pods =
        [Pod("x/a", "10.244.0.1"), Pod("x/b", "10.244.0.2"), Pod("y/a", "10.244.0.3"), Pod("y/c", "10.244.7.4", node: "other")];

    // Who calls whom, as "x/a > x/b"; "*" for somebody outside; "dns" for the cluster's own.
    private static readonly string[] Names = [.. Pods.Select(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}"), "*"];

    private static PolicyState Plan(IEnumerable<Pod> pods, params IReadOnlyList<NetworkPolicy> policies) =>
        new NetworkTranslator(Options).Translate(Of(pods, policies)).State.Policies;

    private static bool Allows(PolicyState state, string from, string to, int port = 80, TransportProtocol protocol = TransportProtocol.Tcp) =>
        PolicyWorld.Allows(state, AddressOf(from)!, AddressOf(to), protocol, port);

    private static IPAddress? AddressOf(string name) =>
        name == "dns" ? null : name == "*" ? IPAddress.Parse("192.0.2.99") : IPAddress.Parse(Pods.Single(pod => pod.Metadata.Uid == name).Status.PodIP!);

    /// <summary>Everything but what pods of other nodes do, which is theirs to police.</summary>
    private static IEnumerable<(string From, string To)> Ways() =>
        from a in Names from b in Names where a != b && b != "*" || (b == "*" && a != "*") select (a, b);

    [Theory]
    // What Kubernetes' documentation gives.
    [InlineData("deny all ingress", """{"podSelector":{},"policyTypes":["Ingress"]}""", "* > x/a|* > x/b|x/a > x/b|x/b > x/a|y/a > x/a|y/a > x/b|y/c > x/a|y/c > x/b")]
    [InlineData("allow all ingress", """{"podSelector":{},"ingress":[{}],"policyTypes":["Ingress"]}""", "")]
    [InlineData("deny all egress", """{"podSelector":{},"policyTypes":["Egress"]}""", "x/a > *|x/a > x/b|x/a > y/a|x/a > y/c|x/b > *|x/b > x/a|x/b > y/a|x/b > y/c")]
    [InlineData("allow all egress", """{"podSelector":{},"egress":[{}],"policyTypes":["Egress"]}""", "")]
    [InlineData(
        "deny all", """{"podSelector":{},"policyTypes":["Ingress","Egress"]}""",
        "* > x/a|* > x/b|x/a > *|x/a > x/b|x/a > y/a|x/a > y/c|x/b > *|x/b > x/a|x/b > y/a|x/b > y/c|y/a > x/a|y/a > x/b|y/c > x/a|y/c > x/b")]
    // The types that are not said follow from the rules.
    [InlineData("no types, no rules", """{"podSelector":{"matchLabels":{"pod":"a"}}}""", "* > x/a|x/b > x/a|y/a > x/a|y/c > x/a")]
    [InlineData("no types, egress rules", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{}],"egress":[{"to":[{"podSelector":{}}]}]}""", "x/a > *|x/a > y/a|x/a > y/c")]
    // Who may.
    [InlineData("pods of the namespace", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"b"}}}]}]}""", "* > x/a|y/a > x/a|y/c > x/a")]
    [InlineData("all pods of the namespace", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"podSelector":{}}]}]}""", "* > x/a|y/a > x/a|y/c > x/a")]
    [InlineData("a namespace", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"blue"}}}]}]}""", "* > x/a|x/b > x/a")]
    [InlineData("all namespaces", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"namespaceSelector":{}}]}]}""", "* > x/a")]
    [InlineData(
        "namespaces by name", """{"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{"matchExpressions":[{"key":"kubernetes.io/metadata.name","operator":"In","values":["x","z"]}]}}]}]}""",
        "* > x/a|* > x/b|y/a > x/a|y/a > x/b|y/c > x/a|y/c > x/b")]
    [InlineData(
        "pods of a namespace (and)",
        """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"blue"}},"podSelector":{"matchLabels":{"pod":"c"}}}]}]}""",
        "* > x/a|x/b > x/a|y/a > x/a")]
    [InlineData(
        "a namespace, or pods of one's own (or)",
        """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"blue"}}},{"podSelector":{"matchLabels":{"pod":"b"}}}]}]}""",
        "* > x/a")]
    [InlineData("a range", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"ipBlock":{"cidr":"192.0.2.0/24"}}]}]}""", "x/b > x/a|y/a > x/a|y/c > x/a")]
    [InlineData(
        "a range less some", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["192.0.2.0/25","10.244.7.0/24"]}}]}]}""",
        "* > x/a|y/c > x/a")]
    [InlineData("a range of the other family", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"ipBlock":{"cidr":"::/0"}}]}]}""", "* > x/a|x/b > x/a|y/a > x/a|y/c > x/a")]
    [InlineData("to a range", """{"podSelector":{"matchLabels":{"pod":"a"}},"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"10.244.0.0/24"}}]}]}""", "x/a > *|x/a > y/c")]
    [InlineData("nobody there", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"none"}}}]}]}""", "* > x/a|x/b > x/a|y/a > x/a|y/c > x/a")]
    // On which ports; all calls here are to TCP 80, which every pod calls "web".
    [InlineData("the port", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"ports":[{"port":80}]}]}""", "")]
    [InlineData("another port", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"ports":[{"port":81}]}]}""", "* > x/a|x/b > x/a|y/a > x/a|y/c > x/a")]
    [InlineData("another protocol", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"ports":[{"protocol":"UDP","port":80}]}]}""", "* > x/a|x/b > x/a|y/a > x/a|y/c > x/a")]
    [InlineData("a whole protocol", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"ports":[{"protocol":"TCP"}]}]}""", "")]
    [InlineData("ports that it is among", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"ports":[{"port":79,"endPort":80}]}]}""", "")]
    [InlineData("ports that it is not among", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"ports":[{"port":81,"endPort":32768}]}]}""", "* > x/a|x/b > x/a|y/a > x/a|y/c > x/a")]
    [InlineData("its name", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"ports":[{"port":"web"}]}]}""", "")]
    [InlineData("another's name", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"ports":[{"port":"other"}]}]}""", "* > x/a|x/b > x/a|y/a > x/a|y/c > x/a")]
    [InlineData("a name, of who is called", """{"podSelector":{"matchLabels":{"pod":"a"}},"policyTypes":["Egress"],"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"team":"blue"}}}],"ports":[{"port":"web"}]}]}""", "x/a > *|x/a > x/b")]
    public void A_policy_of_namespace_x_forbids(string what, string spec, string forbidden)
    {
        var state = Plan(Pods, Policy("x", "policy", spec));
        var found = Ways().Where(way => !Allows(state, way.From, way.To)).Select(way => $"{way.From} > {way.To}").Order(StringComparer.Ordinal);
        Assert.True(string.Join('|', found) == forbidden, $"{what}: forbids {string.Join('|', found)}");
    }

    [Fact]
    public void What_one_policy_allows_no_other_forbids()
    {
        var state = Plan(
            Pods,
            Policy("x", "none", """{"podSelector":{}}"""),
            Policy("x", "some", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"b"}}}]}]}"""));

        Assert.True(Allows(state, "x/b", "x/a"));
        Assert.False(Allows(state, "x/a", "x/b"));
    }

    [Fact]
    public void Who_sends_and_who_receives_must_both_allow_it()
    {
        var (sends, receives) = (
            Policy("x", "sends", """{"podSelector":{"matchLabels":{"pod":"a"}},"policyTypes":["Egress"],"egress":[{"to":[{"podSelector":{}}]}]}"""),
            Policy("x", "receives", """{"podSelector":{"matchLabels":{"pod":"b"}},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"blue"}}}]}]}"""));

        Assert.True(Allows(Plan(Pods, sends), "x/a", "x/b"));
        Assert.False(Allows(Plan(Pods, sends, receives), "x/a", "x/b"));
    }

    [Theory]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"]}""", false)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"egress":[{}]}""", true)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"egress":[{"ports":[{"protocol":"UDP","port":53}]}]}""", true)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"egress":[{"ports":[{"protocol":"TCP","port":53}]}]}""", false)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}}}],"ports":[{"protocol":"UDP","port":53}]}]}""", true)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"protocol":"UDP","port":"dns"}]}]}""", true)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"podSelector":{}}]}]}""", false)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"10.96.0.0/16"}}]}]}""", true)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"10.96.0.0/16","except":["10.96.0.10/32"]}}]}]}""", false)]
    public void The_clusters_dns_is_meant_by_what_its_pods_are_elsewhere(string spec, bool isAllowed) =>
        Assert.Equal(isAllowed, Allows(Plan(Pods, Policy("x", "policy", spec)), "x/a", "dns", 53, TransportProtocol.Udp));

    [Fact]
    public void Only_pods_of_this_node_that_have_addresses_of_their_own_are_policed()
    {
        var ended = Pod("x/e", "10.244.0.9");
        var onHost = Pod("x/h", "192.0.2.10");
        Pod[] pods =
        [
            .. Pods,
            Pod("x/far", "10.244.7.5", node: "other"),
            Pod("x/new", ""),
            ended with { Status = ended.Status with { Phase = PodPhase.Succeeded } },
            onHost with { Spec = onHost.Spec with { HostNetwork = true } },
        ];

        Assert.Equal(["10.244.0.1", "10.244.0.2"], Plan(pods, Policy("x", "all", """{"podSelector":{}}""")).Pods.Select(pod => pod.Address.ToString()));
    }

    [Fact]
    public void A_pod_whose_address_the_API_does_not_know_yet_is_policed_and_named_by_it()
    {
        var pod = Pod("x/new", "");
        var world = Of([.. Pods, pod], Policy("x", "all", """{"podSelector":{},"ingress":[{"from":[{"podSelector":{}}]}]}""")) with
        {
            Arriving = new Dictionary<string, ArrivingPod>
            {
                ["x/new"] = new(pod, [IPAddress.Parse("10.244.0.7")], IsKnown: true),
                ["x/newer"] = new(Pod("x/newer", ""), [IPAddress.Parse("10.244.0.8")], IsKnown: false),
            },
        };

        var state = new NetworkTranslator(Options).Translate(world).State.Policies;

        Assert.Equal(["10.244.0.1", "10.244.0.2", "10.244.0.7", "10.244.0.8"], state.Pods.Select(one => one.Address.ToString()));
        Assert.Equal(4, Assert.Single(Assert.Single(state.Policies).Ingress).Peers!.Value.Length);
    }

    [Fact]
    public void What_cannot_be_understood_is_told_and_forbids_rather_than_allows()
    {
        var (state, _) = new NetworkTranslator(Options).Translate(Of(
            Pods, Policy("x", "bad", """{"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"nonsense"}}]},{"ports":[{"protocol":"XYZ"}]},{"ports":[{"port":70000}]}]}""")));

        Assert.Equal(3, state.Warnings.Count(warning => warning.Owner == new RuleOwner("NetworkPolicy", "x", "bad")));
        Assert.False(Allows(state.Policies, "y/a", "x/a"));
    }

    [Fact]
    public void Without_policies_there_are_no_rules_for_them()
    {
        var plan = RulePlanner.Plan(new NetworkTranslator(Options).Translate(Of(Pods)).State);
        Assert.DoesNotContain(plan.Chains.Keys, name => name.StartsWith("polic", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_peer_is_one_element_more()
    {
        var policy = Policy("x", "some", """{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"blue"}}}]}]}""");
        var before = RulePlanner.Plan(new NetworkTranslator(Options).Translate(Of(Pods, policy)).State);
        var after = RulePlanner.Plan(new NetworkTranslator(Options).Translate(Of([.. Pods, Pod("y/new", "10.244.0.9")], policy)).State);

        Assert.Equal("add element ip coppice in/x/some/0/peers { 10.244.0.9 }\n", NftDiff.Between("coppice", before, after).Batch);
    }
}
