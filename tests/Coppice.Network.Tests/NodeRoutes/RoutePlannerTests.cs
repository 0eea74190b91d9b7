using System.Net;
using Coppice.Network.NodeRoutes;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Network.Tests.NodeRoutes;

public sealed class RoutePlannerTests
{
    private static readonly IPNetwork[] Links = [IPNetwork.Parse("192.0.2.0/24")];

    [Theory]
    // Nodes as NAME=ADDRESS/RANGE, of 24 bits if it does not say -BITS, "here" being this one.
    [InlineData("here=192.0.2.1/10.244.0.0", "")]
    [InlineData("here=192.0.2.1/10.244.0.0 b=192.0.2.2/10.244.1.0", "10.244.1.0/24 by 192.0.2.2")]
    [InlineData("here=192.0.2.1/10.244.0.0 b=198.51.100.2/10.244.1.0", "10.244.1.0/24 wrapped to 198.51.100.2")]
    [InlineData("here=192.0.2.1/10.244.0.0 c=192.0.2.3/10.244.2.0 b=198.51.100.2/10.244.1.0", "10.244.1.0/24 wrapped to 198.51.100.2, 10.244.2.0/24 by 192.0.2.3")]
    // Not there yet.
    [InlineData("here=192.0.2.1/10.244.0.0 b=/10.244.1.0 c=192.0.2.3/", "")]
    [InlineData("b=192.0.2.2/10.244.1.0", "10.244.1.0/24 by 192.0.2.2")]
    // What nobody should have: one's own, another's, and what is not of the cluster.
    [InlineData("here=192.0.2.1/10.244.0.0 b=192.0.2.2/10.244.0.0", "")]
    [InlineData("here=192.0.2.1/10.244.0.0 b=192.0.2.2/10.244.1.0 c=192.0.2.3/10.244.1.0", "10.244.1.0/24 by 192.0.2.2")]
    [InlineData("here=192.0.2.1/10.244.0.0 b=192.0.2.2/10.244.1.0 c=192.0.2.3/10.244.0.0-22 d=192.0.2.4/10.244.1.128-25", "10.244.1.0/24 by 192.0.2.2")]
    [InlineData("here=192.0.2.1/10.244.0.0 b=192.0.2.2/172.16.0.0", "")]
    [InlineData("here=192.0.2.1/10.244.0.0 b=192.0.2.1/10.244.1.0", "")]
    [InlineData("here=192.0.2.1/10.244.0.0 b=fd00::2/10.244.1.0", "")]
    public void Each_other_nodes_pods_have_a_way(string nodes, string routes)
    {
        var plan = RoutePlanner.Plan("here", [IPNetwork.Parse("10.244.0.0/16")], nodes.Split(' ').Select(Node), Links);

        Assert.Equal(routes, string.Join(", ", plan.Routes.Select(route => $"{route.Pods} {(route.IsWrapped ? "wrapped to" : "by")} {route.Node}")));
    }

    [Theory]
    // Addresses of another node, and the ways to its pods; here are links to 192.0.2.0/24 and 2001:db8::/64.
    [InlineData("192.0.2.2 2001:db8::2", "10.244.1.0/24 by 192.0.2.2, fd00:244:0:1::/64 by 2001:db8::2")]
    [InlineData("192.0.2.2", "10.244.1.0/24 by 192.0.2.2, fd00:244:0:1::/64 wrapped to 192.0.2.2")]
    [InlineData("198.51.100.2 2001:db8::2", "10.244.1.0/24 wrapped to 198.51.100.2, fd00:244:0:1::/64 by 2001:db8::2")]
    [InlineData("198.51.100.2 2001:db8:1::2", "10.244.1.0/24 wrapped to 198.51.100.2, fd00:244:0:1::/64 wrapped to 198.51.100.2")]
    [InlineData("2001:db8::2", "fd00:244:0:1::/64 by 2001:db8::2")]
    public void Of_two_families_each_has_its_own_way(string addresses, string routes)
    {
        var node = Node("b=/10.244.1.0");
        node = node with
        {
            Spec = node.Spec with { PodCIDRs = ["10.244.1.0/24", "fd00:244:0:1::/64"] },
            Status = new() { Addresses = addresses.Split(' ').Select(one => new NodeAddress { Type = "InternalIP", Address = one }).ToValueList() },
        };

        var plan = RoutePlanner.Plan("here", [IPNetwork.Parse("10.244.0.0/16"), IPNetwork.Parse("fd00:244::/56")], [node], [.. Links, IPNetwork.Parse("2001:db8::/64")]);

        Assert.Equal(routes, string.Join(", ", plan.Routes.Select(route => $"{route.Pods} {(route.IsWrapped ? "wrapped to" : "by")} {route.Node}")));
    }

    [Fact]
    public void A_node_learns_its_own_range()
    {
        var plan = RoutePlanner.Plan("here", [IPNetwork.Parse("10.244.0.0/16")], [Node("here=192.0.2.1/10.244.3.0"), Node("b=192.0.2.2/10.244.0.0")], Links);
        Assert.Equal((IPNetwork.Parse("10.244.3.0/24"), IPAddress.Parse("192.0.2.1")), (plan.Own.Single(), plan.Address));
    }

    internal static Node Node(string text)
    {
        var (name, address, range) = (text.Split('=')[0], text.Split('=', '/')[1], text.Split('/')[1]);
        return new()
        {
            Metadata = new() { Name = name },
            Spec = new() { PodCIDR = range.Length == 0 ? null : range.Contains('-') ? range.Replace('-', '/') : range + "/24" },
            Status = new() { Addresses = address.Length == 0 ? default : [new() { Type = "InternalIP", Address = address }] },
        };
    }
}
