using System.Net;

namespace Coppice.Objects.Tests;

public sealed class ClusterRangesTests
{
    [Fact]
    public void The_usual_ranges_have_the_usual_addresses()
    {
        Assert.Equal(("10.96.0.1", "10.96.0.10", "10.244.0.0/24"), All(ClusterRanges.Default));
    }

    [Theory]
    [InlineData("172.30.0.0/20", "10.50.3.0/24", "172.30.0.1", "172.30.0.10", "10.50.3.0/24")]
    [InlineData("10.96.0.240/28", "10.50.3.64/26", "10.96.0.241", "10.96.0.250", "10.50.3.64/26")]
    [InlineData("172.16.0.0/12", "10.0.0.0/8", "172.16.0.1", "172.16.0.10", "10.0.0.0/24")]
    public void What_follows_from_other_ranges_lies_in_them(string services, string pods, string api, string dns, string node)
    {
        var ranges = new ClusterRanges(IPNetwork.Parse(services), IPNetwork.Parse(pods));
        Assert.Equal((api, dns, node), All(ranges));
    }

    [Fact]
    public void Of_both_families_each_has_its_own_and_the_first_counts_where_only_one_can()
    {
        var ranges = ClusterRanges.Parse("fd00:96::/112,10.96.0.0/16", "10.244.0.0/16,fd00:244::/56");

        Assert.Equal(("fd00:96::1", "fd00:96::a", "10.244.0.0/24,fd00:244::/64"), All(ranges));
        Assert.Equal(["fd00:96::a", "10.96.0.10"], ranges.DnsAddresses.Select(one => one.ToString()));
        Assert.Equal(("fd00:96::/112,10.96.0.0/16", "10.244.0.0/16,fd00:244::/56"), (ranges.ServicesText, ranges.PodsText));
        Assert.Equal(["fd00:244::/64", "fd00:244:0:1::/64"], ClusterRanges.EachNodePods(IPNetwork.Parse("fd00:244::/63")).Select(one => one.ToString()));
        Assert.Equal(256, ClusterRanges.EachNodePods(ranges.OtherPods!.Value).Count());
        Assert.Equal(1L << 16, ClusterRanges.SizeOf(IPNetwork.Parse("fd00:96::/112")));
        Assert.Equal(1L << 62, ClusterRanges.SizeOf(IPNetwork.Parse("fd00:96::/64")));
        Assert.Equal(ClusterRanges.Default, ClusterRanges.Parse(null, null));
    }

    [Theory]
    [InlineData("10.96.0.0/16", "fd00:244::/56", "services have addresses of IPv4 (10.96.0.0/16), and pods have none (fd00:244::/56)")]
    [InlineData("10.96.0.0/16,fd00:96::/112", "10.244.0.0/16", "services have addresses of IPv6 (fd00:96::/112), and pods have none (10.244.0.0/16)")]
    [InlineData("10.96.0.0/16,fd00:244::/112", "10.244.0.0/16,fd00:244::/56", "the range of services fd00:244::/112 and the range of pods fd00:244::/56 overlap")]
    [InlineData("10.96.0.0/16", "10.244.0.0/16,fd00:244::/56", null)]
    [InlineData("fd00:96::/112", "fd00:244::/56", null)]
    public void Services_have_addresses_of_families_that_pods_have(string services, string pods, string? conflict)
    {
        Assert.Equal(conflict, ClusterRanges.Parse(services, pods).Conflict((IPAddress?)null));
    }

    [Fact]
    public void An_address_by_its_number_goes_on_in_the_next_byte()
    {
        var range = IPNetwork.Parse("10.96.0.0/16");
        Assert.Equal("10.96.1.4", ClusterRanges.AddressAt(range, 260).ToString());
        Assert.Equal("10.96.255.255", ClusterRanges.AddressAt(range, ClusterRanges.SizeOf(range) - 1).ToString());
    }

    [Theory]
    [InlineData("10.96.0.5", "the node's own address 10.96.0.5 lies in the range of services 10.96.0.0/16")]
    [InlineData("10.244.7.1", "the node's own address 10.244.7.1 lies in the range of pods 10.244.0.0/16")]
    [InlineData("192.0.2.10", null)]
    public void A_node_has_none_of_its_pods_or_services_addresses(string node, string? conflict)
    {
        Assert.Equal(conflict, ClusterRanges.Default.Conflict(IPAddress.Parse(node)));
    }

    private static (string, string, string) All(ClusterRanges ranges) => ($"{ranges.ApiAddress}", $"{ranges.DnsAddress}", string.Join(',', ranges.NodePods));
}
