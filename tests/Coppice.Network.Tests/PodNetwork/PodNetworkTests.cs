using System.Text.Json.Nodes;
using Coppice.Network.PodNetwork;
using Coppice.Objects;

namespace Coppice.Network.Tests.PodNetwork;

public sealed class PodNetworkTests
{
    [Fact]
    public void What_CNI_kept_of_one_instances_pods_is_removed_and_nothing_of_anothers()
    {
        var directory = Directory.CreateTempSubdirectory("coppice-cni-").FullName;
        try
        {
            var sandbox = new string('a', 64);
            string[] others = [$"coppice-two-{sandbox}-eth0", $"bridge-{sandbox}-eth0", "coppice-notes"];
            foreach (var name in (string[])[$"coppice-{sandbox}-eth0", .. others])
            {
                File.WriteAllText(Path.Combine(directory, name), "{}");
            }

            CniConfiguration.RemoveResults("coppice", directory);
            Assert.Equal(others.Order(), Directory.EnumerateFiles(directory).Select(Path.GetFileName).Order());
            CniConfiguration.RemoveResults("coppice", directory + "/missing");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_cni_configuration_is_written_whole_and_again_only_when_it_changes()
    {
        var directory = Directory.CreateTempSubdirectory("coppice-cni-").FullName;
        try
        {
            var options = new NetworkOptions { NodeName = "node", CniConfigurationDirectory = Path.Combine(directory, "net.d"), CniDataDirectory = Path.Combine(directory, "ipam") };
            var path = CniConfiguration.Write(options);
            var written = File.GetLastWriteTimeUtc(path);
            var list = JsonNode.Parse(File.ReadAllText(path))!;
            Assert.Equal("coppice", (string?)list["name"]);
            Assert.Equal("10.244.0.0/24", (string?)list["plugins"]![0]!["ipam"]!["ranges"]![0]![0]!["subnet"]);

            var dual = JsonNode.Parse(CniConfiguration.Describe(options with { Ranges = ClusterRanges.Parse(null, "10.244.0.0/16,fd00:244::/56"), FirstPlugin = "first" }))!["plugins"]!;
            Assert.Equal(("first", "ptp"), ((string?)dual[0]!["type"], (string?)dual[1]!["type"]));
            Assert.Equal("fd00:244::/64", (string?)dual[1]!["ipam"]!["ranges"]![1]![0]!["subnet"]);
            Assert.Equal(["0.0.0.0/0", "::/0"], dual[1]!["ipam"]!["routes"]!.AsArray().Select(route => (string?)route!["dst"]));

            Assert.Equal(path, CniConfiguration.Write(options));
            Assert.Equal(written, File.GetLastWriteTimeUtc(path));
            CniConfiguration.Write(options with { Mtu = 1350 });
            Assert.Equal(1350, (int?)JsonNode.Parse(File.ReadAllText(path))!["plugins"]![0]!["mtu"]);
            Assert.Single(Directory.GetFiles(options.CniConfigurationDirectory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_default_route_of_IPv6_is_told_from_those_that_refuse_and_from_links()
    {
        string[] routes =
        [
            "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0",
            "00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000001 00000400 00000001 00000000 00000003     eth1",
            "00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000002 00000100 00000001 00000000 00000003     eth2",
            "00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo",
        ];

        Assert.Equal("eth2", NodeIp.DefaultRouteDeviceV6(routes));
        Assert.Null(NodeIp.DefaultRouteDeviceV6([routes[0], routes[3]]));
    }

    [Fact]
    public void The_default_route_with_the_lowest_metric_tells_the_nodes_device()
    {
        string[] routes =
        [
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT",
            "eth0\t00020A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
            "wlan0\t00000000\t01020A0A\t0003\t0\t0\t600\t00000000\t0\t0\t0",
            "eth0\t00000000\t01020A0A\t0003\t0\t0\t100\t00000000\t0\t0\t0",
        ];

        Assert.Equal("eth0", NodeIp.DefaultRouteDevice(routes));
        Assert.Null(NodeIp.DefaultRouteDevice(routes[..2]));
        Assert.False(NodeIp.Find(System.Net.Sockets.AddressFamily.InterNetwork) is { } found && System.Net.IPAddress.IsLoopback(found));
    }
}
