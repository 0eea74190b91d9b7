using System.Net;
using System.Net.Sockets;
using Coppice.Client;
using Coppice.Network.Netns;
using Coppice.Network.NodeRoutes;
using Coppice.Network.Tests.NodeRoutes;
using Coppice.Objects;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests.Kernel;

/// <summary>Two machines, each a network namespace, and the ways between their pods.</summary>
public sealed class NodeRouteTests
{
    private const string Device = "vx-coppice";
    private static readonly IPNetwork Pods = IPNetwork.Parse("10.244.0.0/16");
    private static readonly IPNetwork PodsV6 = IPNetwork.Parse("fd00:244::/56");

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
        Assert.Contains(Device, world.Ip(0, "link"), StringComparison.Ordinal);
        Assert.Contains(isWrapped ? $"10.244.1.0/24 via 10.244.1.0 dev {Device}" : "10.244.1.0/24 via 192.0.2.2", world.Ip(0, "route"), StringComparison.Ordinal);

        await ApplyAsync(world.Path(0), "a", nodes[..1]);
        Assert.DoesNotContain("10.244.1.0/24", world.Ip(0, "route"), StringComparison.Ordinal);
        Assert.DoesNotContain(Device, world.Ip(0, "link"), StringComparison.Ordinal);
        listeners.ForEach(listener => listener.Dispose());
    }

    [Theory]
    // The machines' addresses, of one network or two; whether they have some of IPv6 on a common link, too; and the way to the other's pods of IPv6.
    [InlineData("192.0.2.1/24", "192.0.2.2/24", true, "fd00:244:0:1::/64 via 2001:db8::2")]
    [InlineData("192.0.2.1/24", "192.0.2.2/24", false, $"fd00:244:0:1::/64 via fd00:244:0:1:: dev {Device}")]
    [InlineData("192.0.2.1/24", "198.51.100.1/24", false, $"fd00:244:0:1::/64 via fd00:244:0:1:: dev {Device}")]
    public async Task Pods_of_one_node_reach_those_of_another_by_both_families(string first, string second, bool hasV6, string way)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using var world = new TwoMachines(first, second);
        world.AddV6(hasV6);
        string[] own = [first.Split('/')[0], second.Split('/')[0]];
        var nodes = own.Select((address, i) => DualNode($"{"ab"[i]}", hasV6 ? [address, $"2001:db8::{i + 1}"] : [address], $"10.244.{i}.0/24", $"fd00:244:0:{i}::/64")).ToArray();
        var listeners = new List<Socket>();
        await TestPod.ServeTcpAsync(world.Path(1), 80, listeners, () => "b", IPAddress.Parse("10.244.1.5"));
        await TestPod.ServeTcpAsync(world.Path(1), 80, listeners, () => "b", IPAddress.Parse("fd00:244:0:1::5"));

        for (var times = 0; times < 2; times++)
        {
            await ApplyBothAsync(world.Path(0), "a", nodes);
            await ApplyBothAsync(world.Path(1), "b", nodes);
        }

        Assert.Equal("b", (await Call.TcpAsync(world.Path(0), "10.244.1.5", 80)).Server);
        Assert.Equal("b", (await Call.TcpAsync(world.Path(0), "fd00:244:0:1::5", 80)).Server);
        Assert.Contains(way, world.Ip(0, "-6", "route"), StringComparison.Ordinal);

        await ApplyBothAsync(world.Path(0), "a", nodes[..1]);
        Assert.DoesNotContain("fd00:244:0:1::/64", world.Ip(0, "-6", "route"), StringComparison.Ordinal);
        listeners.ForEach(listener => listener.Dispose());
    }

    [Fact]
    public async Task Nodes_that_are_known_by_IPv6_alone_wrap_in_that()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using var world = new TwoMachines("192.0.2.1/24", "192.0.2.2/24");
        world.AddV6(hasUplink: true);
        var listeners = new List<Socket>();
        await TestPod.ServeTcpAsync(world.Path(1), 80, listeners, () => "b", IPAddress.Parse("fd00:244:0:1::5"));
        foreach (var (own, other) in new[] { (0, 1), (1, 0) })
        {
            using var thread = NamespaceThread.Start(world.Path(own));
            await thread.RunAsync(() =>
            {
                var way = new PodRoute(IPNetwork.Parse($"fd00:244:0:{other}::/64"), IPAddress.Parse($"2001:db8::{other + 1}"), IsWrapped: true);
                new RouteTable([PodsV6], Device).Apply(new RoutePlan([IPNetwork.Parse($"fd00:244:0:{own}::/64")], IPAddress.Parse($"2001:db8::{own + 1}"), [way]));
                return true;
            });
        }

        Assert.Equal("b", (await Call.TcpAsync(world.Path(0), "fd00:244:0:1::5", 80)).Server);
        listeners.ForEach(listener => listener.Dispose());
    }

    [Fact]
    public async Task Who_need_not_wrap_takes_what_the_other_had_to()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using var world = new TwoMachines("192.0.2.1/24", "198.51.100.1/24");
        // The first is known by an address of one network and has a link to the other's too.
        world.Ip(0, "route", "add", "198.51.100.0/24", "dev", "up0");
        world.Ip(1, "route", "add", "192.0.2.1/32", "dev", "up0");
        var nodes = new[] { RoutePlannerTests.Node("a=192.0.2.1/10.244.0.0"), RoutePlannerTests.Node("b=198.51.100.1/10.244.1.0") };
        var listeners = new List<Socket>();
        await TestPod.ServeTcpAsync(world.Path(1), 80, listeners, () => "b", IPAddress.Parse("10.244.1.5"));

        await ApplyAsync(world.Path(0), "a", nodes);
        await ApplyAsync(world.Path(1), "b", nodes);

        Assert.Contains("10.244.1.0/24 via 198.51.100.1", world.Ip(0, "route"), StringComparison.Ordinal);
        Assert.Contains($"10.244.0.0/24 via 10.244.0.0 dev {Device}", world.Ip(1, "route"), StringComparison.Ordinal);
        Assert.Equal("b", (await Call.TcpAsync(world.Path(0), "10.244.1.5", 80)).Server);
        listeners.ForEach(listener => listener.Dispose());
    }

    [Fact]
    public async Task A_device_of_another_address_or_range_is_made_anew_and_what_was_lost_comes_back()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using var world = new TwoMachines("192.0.2.1/24", "198.51.100.1/24");
        var other = RoutePlannerTests.Node("b=198.51.100.1/10.244.1.0");
        await ApplyAsync(world.Path(0), "a", [RoutePlannerTests.Node("a=192.0.2.9/10.244.7.0"), other]);
        var before = world.Ip(0, "-o", "link", "show", Device);

        var table = new RouteTable([Pods], Device);
        Objects.Core.Node[] nodes = [RoutePlannerTests.Node("a=192.0.2.1/10.244.0.0"), other];
        await ApplyAsync(world.Path(0), "a", nodes, table);
        Assert.NotEqual(before, world.Ip(0, "-o", "link", "show", Device));
        Assert.DoesNotContain("10.244.7.0", world.Ip(0, "addr"), StringComparison.Ordinal);
        var (link, route) = (world.Ip(0, "-o", "link", "show", Device), world.Ip(0, "route"));

        // Another process takes it as it is.
        await ApplyAsync(world.Path(0), "a", nodes);
        Assert.Equal(link, world.Ip(0, "-o", "link", "show", Device));

        world.Ip(0, "link", "set", Device, "down");
        await ApplyAsync(world.Path(0), "a", nodes, table);
        Assert.Equal(route, world.Ip(0, "route"));
        Assert.Contains("198.51.100.1", world.Bridge(0, "fdb", "show", "dev", Device), StringComparison.Ordinal);
        Assert.Contains("10.244.1.0", world.Ip(0, "neigh", "show", "dev", Device), StringComparison.Ordinal);
        world.Ip(0, "link", "del", Device);
        await ApplyAsync(world.Path(0), "a", nodes, table);
        Assert.Equal(route, world.Ip(0, "route"));
    }

    [Fact]
    public async Task What_somebody_takes_away_is_back_as_soon_as_the_kernel_tells()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using var world = new TwoMachines("192.0.2.1/24", "198.51.100.1/24");
        using var stopping = new CancellationTokenSource();
        var api = new TestApi(TimeProvider.System, "default");
        foreach (var node in (Objects.Core.Node[])[RoutePlannerTests.Node("a=192.0.2.1/10.244.0.0"), RoutePlannerTests.Node("b=198.51.100.1/10.244.1.0")])
        {
            await api.UpdateStatusAsync(await api.CreateAsync(node, default) with { Status = node.Status }, default);
        }

        var caches = new CacheSet(api, TimeProvider.System, NullLoggerFactory.Instance);
        using var folder = new TemporaryDirectory();
        using var routes = new NodeRouteReconciler(
            caches.Of<Objects.Core.Node>(),
            new() { NodeName = "a", CniConfigurationDirectory = folder.Path, CniDataDirectory = folder.Path, RouteAuditInterval = TimeSpan.FromHours(1) },
            NullLogger.Instance,
            world.Path(0));
        var loop = routes.Woken(new("NodeRoutes", routes, NodeRouteReconciler.Pauses, TimeProvider.System, NullLogger.Instance));
        // It listens before there is a way that could be taken away.
        Task[] running = [routes.WatchAsync(loop, TimeProvider.System, stopping.Token), caches.RunAsync(stopping.Token), loop.RunAsync(stopping.Token)];
        await SeesWayAsync("at first");

        foreach (var taken in (string[])["link set up0 down", $"link set {Device} down", $"link del {Device}", "route del 10.244.1.0/24", $"link del {Device}"])
        {
            world.Ip(0, taken.Split(' '));
            if (taken.Contains("up0", StringComparison.Ordinal))
            {
                world.Ip(0, "link", "set", "up0", "up");
                world.Ip(0, "route", "replace", "default", "via", "192.0.2.254");
            }

            await SeesWayAsync(taken);
        }

        await stopping.CancelAsync();
        await Task.WhenAll(running);

        Task SeesWayAsync(string after) => Eventually.SeeAsync(
            $"the way after: {after}", TimeSpan.FromSeconds(60), () => Task.FromResult(world.Ip(0, "route") + world.Ip(0, "neigh")),
            seen => seen.Contains($"10.244.1.0/24 via 10.244.1.0 dev {Device}", StringComparison.Ordinal) && seen.Contains($"10.244.1.0 dev {Device} lladdr", StringComparison.Ordinal));
    }

    private static async Task ApplyAsync(string path, string self, IEnumerable<Objects.Core.Node> nodes, RouteTable? table = null)
    {
        using var thread = NamespaceThread.Start(path);
        await thread.RunAsync(() =>
        {
            (table ?? new RouteTable([Pods], Device)).Apply(RoutePlanner.Plan(self, [Pods], nodes, RouteTable.Links([AddressFamily.InterNetwork])));
            return true;
        });
    }

    private static async Task ApplyBothAsync(string path, string self, IEnumerable<Objects.Core.Node> nodes)
    {
        using var thread = NamespaceThread.Start(path);
        await thread.RunAsync(() =>
        {
            new RouteTable([Pods, PodsV6], Device).Apply(RoutePlanner.Plan(self, [Pods, PodsV6], nodes, RouteTable.Links([AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])));
            return true;
        });
    }

    private static Objects.Core.Node DualNode(string name, IEnumerable<string> addresses, params string[] ranges) => new()
    {
        Metadata = new() { Name = name },
        Spec = new() { PodCIDR = ranges[0], PodCIDRs = ranges.ToValueList() },
        Status = new() { Addresses = addresses.Select(address => new Objects.Core.NodeAddress { Type = "InternalIP", Address = address }).ToValueList() },
    };

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

        /// <summary>A pod's address each of IPv6 as well, and the machines one on a common link.</summary>
        public void AddV6(bool hasUplink)
        {
            foreach (var i in (int[])[0, 1])
            {
                Ip(i, "addr", "add", $"fd00:244:0:{i}::5/128", "dev", "lo", "nodad");
                if (hasUplink)
                {
                    Ip(i, "addr", "add", $"2001:db8::{i + 1}/64", "dev", "up0", "nodad");
                }
            }
        }

        public string Path(int machine) => $"/run/netns/{_id}{machine}";

        public string Ip(int machine, params string[] arguments) => TestNode.Run("ip", ["-n", $"{_id}{machine}", .. arguments]);

        public string Bridge(int machine, params string[] arguments) => TestNode.Run("bridge", ["-n", $"{_id}{machine}", .. arguments]);

        public void Dispose()
        {
            foreach (var name in (string[])["0", "1", "r"])
            {
                TestNode.Run("ip", "netns", "del", _id + name);
            }
        }
    }
}
