using System.Net;
using System.Net.Sockets;
using Coppice.Network.Netns;
using Coppice.Network.NodeRoutes;
using Coppice.Network.Tests.NodeRoutes;

namespace Coppice.Network.Tests.Kernel;

/// <summary>Two machines, each a network namespace, and the ways between their pods.</summary>
public sealed class NodeRouteTests
{
    private const string Device = "vx-coppice";
    private static readonly IPNetwork Pods = IPNetwork.Parse("10.244.0.0/16");

    [Theory]
    [InlineData("192.0.2.1/24", "192.0.2.2/24", false)]
    [InlineData("192.0.2.1/24", "198.51.100.1/24", true)]
    public async Task Pods_of_one_node_reach_those_of_another(string first, string second, bool isWrapped)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using var world = new TwoMachines(first, second);
        var nodes = new[] { RoutePlannerTests.Node($"a={first.Split('/')[0]}/10.244.0.0"), RoutePlannerTests.Node($"b={second.Split('/')[0]}/10.244.1.0") };
        var listeners = new List<Socket>();
        await TestPod.ServeTcpAsync(world.Path(1), 80, listeners, () => "b", IPAddress.Parse("10.244.1.5"));

        await ApplyAsync(world.Path(0), "a", nodes);
        await ApplyAsync(world.Path(1), "b", nodes);
        // Doing it again changes nothing.
        await ApplyAsync(world.Path(0), "a", nodes);

        Assert.Equal("b", (await Call.TcpAsync(world.Path(0), "10.244.1.5", 80)).Server);
        Assert.Equal(isWrapped, world.Ip(0, "link").Contains(Device, StringComparison.Ordinal));
        Assert.Contains(isWrapped ? $"10.244.1.0/24 via 10.244.1.0 dev {Device}" : "10.244.1.0/24 via 192.0.2.2", world.Ip(0, "route"), StringComparison.Ordinal);

        await ApplyAsync(world.Path(0), "a", nodes[..1]);
        Assert.DoesNotContain("10.244.1.0/24", world.Ip(0, "route"), StringComparison.Ordinal);
        Assert.DoesNotContain(Device, world.Ip(0, "link"), StringComparison.Ordinal);
        listeners.ForEach(listener => listener.Dispose());
    }

    private static async Task ApplyAsync(string path, string self, IEnumerable<Objects.Core.Node> nodes)
    {
        using var thread = NamespaceThread.Start(path);
        await thread.RunAsync(() =>
        {
            new RouteTable(Pods, Device).Apply(RoutePlanner.Plan(self, Pods, nodes, RouteTable.Links()));
            return true;
        });
    }

    /// <summary>Two machines with a pod's address each, joined by a third that routes if they are of two networks.</summary>
    private sealed class TwoMachines : IDisposable
    {
        private static int _count;
        private readonly string _id = $"cpr{Environment.ProcessId % 100000}x{Interlocked.Increment(ref _count)}";

        public TwoMachines(params string[] addresses)
        {
            TestNode.Run("ip", "netns", "add", $"{_id}r");
            TestNode.Run("ip", "-n", $"{_id}r", "link", "add", "br0", "type", "bridge");
            TestNode.Run("ip", "-n", $"{_id}r", "link", "set", "br0", "up");
            TestNode.Run("ip", "netns", "exec", $"{_id}r", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
            foreach (var (i, address) in addresses.Index())
            {
                var gateway = address.Replace(".1/24", ".254/24", StringComparison.Ordinal).Replace(".2/24", ".253/24", StringComparison.Ordinal);
                TestNode.Run("ip", "netns", "add", $"{_id}{i}");
                TestNode.Run("ip", "link", "add", "up0", "netns", $"{_id}{i}", "type", "veth", "peer", "name", $"m{i}", "netns", $"{_id}r");
                TestNode.Run("ip", "-n", $"{_id}r", "link", "set", $"m{i}", "master", "br0", "up");
                TestNode.Run("ip", "-n", $"{_id}r", "addr", "add", gateway, "dev", "br0");
                Ip(i, "link", "set", "lo", "up");
                Ip(i, "addr", "add", address, "dev", "up0");
                Ip(i, "link", "set", "up0", "up");
                Ip(i, "route", "add", "default", "via", gateway.Split('/')[0]);
                Ip(i, "addr", "add", $"10.244.{i}.5/32", "dev", "lo");
            }
        }

        public string Path(int machine) => $"/run/netns/{_id}{machine}";

        public string Ip(int machine, params string[] arguments) => TestNode.Run("ip", ["-n", $"{_id}{machine}", .. arguments]);

        public void Dispose()
        {
            foreach (var name in (string[])["0", "1", "r"])
            {
                TestNode.Run("ip", "netns", "del", _id + name);
            }
        }
    }
}
