using System.Net;
using Coppice.Controllers.NodeRanges;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.NodeRanges;

public sealed class NodeRangePlannerTests
{
    private static readonly ClusterRanges Ranges = new(IPNetwork.Parse("10.96.0.0/16"), IPNetwork.Parse("10.244.0.0/22"));

    [Theory]
    // Nodes as NAME or NAME=RANGE, in the order of their age; then what is given, and who goes without.
    [InlineData("", "", "")]
    [InlineData("a", "a=10.244.0.0/24", "")]
    [InlineData("b a", "b=10.244.0.0/24 a=10.244.1.0/24", "")]
    [InlineData("a=10.244.0.0/24 b", "b=10.244.1.0/24", "")]
    [InlineData("a=10.244.1.0/24 b", "b=10.244.0.0/24", "")]
    [InlineData("a=10.244.0.0/24 b=10.244.2.0/24 c d", "c=10.244.1.0/24 d=10.244.3.0/24", "")]
    [InlineData("a=10.244.0.0/23 b", "b=10.244.2.0/24", "")]
    [InlineData("a=10.244.1.128/25 b c", "b=10.244.0.0/24 c=10.244.2.0/24", "")]
    [InlineData("a=172.16.0.0/24 b", "b=10.244.0.0/24", "")]
    [InlineData("a=10.244.0.0/16 b", "", "b")]
    [InlineData("a b c d e f", "a=10.244.0.0/24 b=10.244.1.0/24 c=10.244.2.0/24 d=10.244.3.0/24", "e f")]
    public void Each_node_gets_the_first_range_that_no_other_has(string nodes, string given, string without)
    {
        var plan = NodeRangePlanner.Plan(Ranges, [.. nodes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Node)]);

        Assert.Equal(given, string.Join(' ', plan.Given.Select(one => $"{one.Node.Metadata.Name}={string.Join(',', one.Ranges)}")));
        Assert.Equal(without, string.Join(' ', plan.Without.Select(node => node.Metadata.Name)));
    }

    [Fact]
    public void A_small_cluster_is_one_nodes()
    {
        var plan = NodeRangePlanner.Plan(Ranges with { Pods = IPNetwork.Parse("10.244.0.0/26") }, [Node("a", 0), Node("b", 1)]);

        Assert.Equal("10.244.0.0/26", Assert.Single(Assert.Single(plan.Given).Ranges).ToString());
        Assert.Equal("b", Assert.Single(plan.Without).Metadata.Name);
    }

    [Theory]
    [InlineData("10.244.0.0/22", "fd00:244::/56", "a b", "a=10.244.0.0/24,fd00:244::/64 b=10.244.1.0/24,fd00:244:0:1::/64", "")]
    [InlineData("fd00:244::/56", "10.244.0.0/22", "a", "a=fd00:244::/64,10.244.0.0/24", "")]
    [InlineData("10.244.0.0/22", "fd00:244::/63", "a b c", "a=10.244.0.0/24,fd00:244::/64 b=10.244.1.0/24,fd00:244:0:1::/64", "c")]
    [InlineData("10.244.0.0/24", "fd00:244::/56", "a b", "a=10.244.0.0/24,fd00:244::/64", "b")]
    [InlineData("10.244.0.0/24", "fd00:244::/120", "a", "a=10.244.0.0/24,fd00:244::/120", "")]
    [InlineData("10.244.0.0/22", "fd00:244::/56", "a=10.244.0.0/24 b=10.244.1.0/24,fd00:244::/64 c", "c=10.244.2.0/24,fd00:244:0:1::/64", "")]
    public void On_a_cluster_of_both_families_a_node_gets_a_range_of_each_or_none(string first, string second, string nodes, string given, string without)
    {
        var ranges = Ranges with { Pods = IPNetwork.Parse(first), OtherPods = IPNetwork.Parse(second) };
        var plan = NodeRangePlanner.Plan(ranges, [.. nodes.Split(' ').Select(Node)]);

        Assert.Equal(given, string.Join(' ', plan.Given.Select(one => $"{one.Node.Metadata.Name}={string.Join(',', one.Ranges)}")));
        Assert.Equal(without, string.Join(' ', plan.Without.Select(node => node.Metadata.Name)));
    }

    private static Node Node(string text, int age)
    {
        var ranges = text.Split('=') is [_, var given] ? given.Split(',') : [];
        return new()
        {
            Metadata = new() { Name = text.Split('=')[0], CreationTimestamp = DateTimeOffset.UnixEpoch.AddSeconds(age) },
            Spec = new() { PodCIDR = ranges.FirstOrDefault(), PodCIDRs = ranges.ToValueList() },
        };
    }
}
