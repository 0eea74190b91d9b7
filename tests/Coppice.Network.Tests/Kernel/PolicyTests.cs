using System.Net;
using Coppice.Network.Nftables;
using Coppice.Network.Tests.Translation;
using Coppice.Network.Translation;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;
using IPAddress = System.Net.IPAddress;
using static Coppice.Network.Tests.Translation.PolicyWorld;

namespace Coppice.Network.Tests.Kernel;

/// <summary>Who reaches whom, by packets in the kernel; what follows from a policy is in the table of its translation.</summary>
public sealed class PolicyTests
{
    private static readonly string[] Names = ["x/a", "x/b", "y/a"];

    private static async Task ApplyAsync(TestNode node, IEnumerable<Pod> pods, params IReadOnlyList<NetworkPolicy> policies)
    {
        var (state, _) = new NetworkTranslator(node.Options).Translate(Of(pods, policies));
        Assert.Empty(await node.Rules.ApplyAsync(RulePlanner.Plan(state), default));
    }

    [Fact]
    public async Task Policies_hold_for_packets_and_let_replies_and_the_node_through()
    {
        await using var node = await TestNode.StartAsync();
        var links = Names.Select(_ => node.AddPod()).ToArray();
        var pods = Names.Select((name, i) => Pod(name, links[i].Address.ToString())).ToArray();
        foreach (var link in links)
        {
            await link.ServeTcpAsync(80);
            await link.ServeTcpAsync(81);
        }

        (string Spec, string[] Forbidden)[] table =
        [
            ("""{"podSelector":{},"policyTypes":["Ingress"]}""", ["x/a > x/b:80", "x/a > x/b:81", "x/b > x/a:80", "x/b > x/a:81", "y/a > x/a:80", "y/a > x/a:81", "y/a > x/b:80", "y/a > x/b:81"]),
            ("""{"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"blue"}}}],"ports":[{"port":"web"}]}]}""",
                ["x/b > x/a:80", "x/b > x/a:81", "y/a > x/a:81"]),
            ("""{"podSelector":{"matchLabels":{"pod":"a"}},"policyTypes":["Egress"],"egress":[{"to":[{"podSelector":{}}],"ports":[{"port":79,"endPort":80}]}]}""",
                ["x/a > node", "x/a > outside", "x/a > x/b:81", "x/a > y/a:80", "x/a > y/a:81"]),
            ("""{"podSelector":{"matchLabels":{"pod":"a"}},"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["B/32","192.0.2.99/32"]}}]}]}"""
                .Replace("B/", $"{links[1].Address}/", StringComparison.Ordinal),
                ["x/a > outside", "x/a > x/b:80", "x/a > x/b:81"]),
        ];
        var listeners = new List<System.Net.Sockets.Socket>();
        await TestPod.ServeTcpAsync(node.Path, 6443, listeners, () => "node", TestNode.Address);
        await TestPod.ServeTcpAsync(node.Outside, 80, listeners, () => "outside", TestNode.OutsideAddress);
        foreach (var (spec, forbidden) in table)
        {
            await ApplyAsync(node, pods, Policy("x", "policy", spec));
            var calls = Ways(links).Select(async way => (way.Name, Is: await CallAsync(way, isForbidden: forbidden.Contains(way.Name))));
            var found = (await Task.WhenAll(calls)).Where(call => !call.Is).Select(call => call.Name).Order(StringComparer.Ordinal);
            Assert.Equal(forbidden, found);
            Assert.Equal(links[0].Address.ToString(), (await Call.TcpAsync(node.Path, links[0].Address, 80)).Server);
        }

        await ApplyAsync(node, pods);
        Assert.Equal(links[1].Address.ToString(), (await Call.TcpAsync(links[0].Path, links[1].Address, 80)).Server);
        listeners.ForEach(listener => listener.Dispose());
    }

    private static IEnumerable<(string Name, string Path, IPAddress Address, int Port)> Ways(TestPod[] links)
    {
        for (var from = 0; from < links.Length; from++)
        {
            yield return ($"{Names[from]} > node", links[from].Path, TestNode.Address, 6443);
            yield return ($"{Names[from]} > outside", links[from].Path, TestNode.OutsideAddress, 80);
            for (var to = 0; to < links.Length; to++)
            {
                foreach (var port in to == from ? [] : (int[])[80, 81])
                {
                    yield return ($"{Names[from]} > {Names[to]}:{port}", links[from].Path, links[to].Address, port);
                }
            }
        }
    }

    private static async Task<bool> CallAsync((string Name, string Path, IPAddress Address, int Port) way, bool isForbidden) =>
        // Who is to be kept out need not be waited for as long as who is to get through.
        (await Call.TcpAsync(way.Path, way.Address, way.Port, isForbidden ? TimeSpan.FromSeconds(1) : null)).Failure.Length == 0;

    [Fact]
    public async Task The_clusters_dns_is_asked_where_a_policy_means_it()
    {
        await using var node = await TestNode.StartAsync();
        var link = node.AddPod();
        var listeners = new List<System.Net.Sockets.Socket>();
        await TestPod.ServeTcpAsync(node.Path, 5353, listeners, () => "dns", TestNode.Address);
        var dns = new ServicePortInfo("kube-system", "kube-dns", "dns-tcp", TransportProtocol.Tcp, 53)
        {
            ClusterAddresses = [node.Options.Ranges.DnsAddress],
            Endpoints = [new EndpointInfo(TestNode.Address, 5353, Local: true)],
        };
        foreach (var (port, isAllowed) in new[] { (53, true), (54, false) })
        {
            const string Spec =
                """{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}}}],"ports":[{"port":53}]}]}""";
            var policy = Policy("x", "dns", Spec.Replace("53", $"{port}", StringComparison.Ordinal));
            var (state, _) = new NetworkTranslator(node.Options).Translate(Of([Pod("x/a", link.Address.ToString())], policy));
            await node.Rules.ApplyAsync(RulePlanner.Plan(state with { Services = [dns] }), default);

            var answer = await Call.TcpAsync(link.Path, node.Options.Ranges.DnsAddress, 53, isAllowed ? null : TimeSpan.FromSeconds(1));
            Assert.Equal(isAllowed ? "dns" : "", answer.Server);
        }

        listeners.ForEach(listener => listener.Dispose());
    }
}
