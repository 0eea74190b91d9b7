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

    private static (string, string, string) All(ClusterRanges ranges) => ($"{ranges.ApiAddress}", $"{ranges.DnsAddress}", $"{ranges.NodePods}");
}
