using System.ComponentModel;
using System.Globalization;
using System.Net;
using Coppice.Network.Netlink;

namespace Coppice.Network.NodeRoutes;

/// <summary>
/// The kernel's routes to other nodes' pods, and the device that wraps packets to those behind no common link. Only routes by a gateway
/// within the pods' range are ours to change. For one thread, in the network namespace that is meant.
/// </summary>
internal sealed class RouteTable(IPNetwork pods, string device)
{
    private const string Routes = "/proc/thread-self/net/route";

    /// <summary>The networks that this machine has a link to.</summary>
    public static IReadOnlyList<IPNetwork> Links() =>
        [.. Read().Where(route => route.Gateway.Equals(IPAddress.Any) && route.Range.PrefixLength is > 0 and < 32).Select(route => route.Range)];

    /// <exception cref="IOException">The kernel refused.</exception>
    public void Apply(RoutePlan plan)
    {
        using var kernel = NetlinkSocket.Open(RouteMessages.Protocol);
        var isWrapping = plan is { Own: not null, Address: not null } && plan.Routes.Any(route => route.IsWrapped);
        var wanted = plan.Routes.Where(route => !route.IsWrapped || isWrapping).ToList();
        foreach (var route in wanted.Where(route => !route.IsWrapped))
        {
            Do(kernel, RouteMessages.Route(route.Pods, route.Node, null), $"the route to {route.Pods}");
        }

        // A kernel that cannot wrap fails only those that need it.
        var index = DeviceIndex.Find(device);
        foreach (var route in wanted.Where(route => route.IsWrapped))
        {
            // Its end of the tunnel has the first address of its range, and a name on the link that follows from its own address.
            var (at, end, name) = (index ??= Wrap(kernel, plan.Own!.Value, plan.Address!), route.Pods.BaseAddress, RouteMessages.LinkAddress(route.Node));
            Do(kernel, RouteMessages.Neighbour(at, end, name), $"the way to {route.Node}");
            Do(kernel, RouteMessages.Forward(at, route.Node, name), $"the way to {route.Node}");
            Do(kernel, RouteMessages.Route(route.Pods, end, at), $"the route to {route.Pods}");
        }

        foreach (var (range, _) in Read().Where(route => !route.Gateway.Equals(IPAddress.Any) && pods.Contains(route.Range.BaseAddress)))
        {
            if (!wanted.Exists(route => route.Pods == range) && range.PrefixLength > 0)
            {
                Do(kernel, RouteMessages.NoRoute(range), $"the route to {range}");
            }
        }

        if (!isWrapping && index is { } unused)
        {
            Do(kernel, RouteMessages.NoLink(unused), device);
        }
    }

    private int Wrap(NetlinkSocket kernel, IPNetwork own, IPAddress address)
    {
        Do(kernel, RouteMessages.Tunnel(device, address), device);
        var index = DeviceIndex.Find(device) ?? throw new IOException($"{device} was made and is not there");
        Do(kernel, RouteMessages.Address(index, own.BaseAddress), device);
        return index;
    }

    private static void Do(NetlinkSocket kernel, (int Type, int Flags, byte[] Body) message, string what)
    {
        if (kernel.Ask(message.Type, message.Flags, message.Body) is not 0 and var error)
        {
            throw new IOException($"{what} could not be changed: {new Win32Exception(error).Message}");
        }
    }

    /// <summary>The kernel prints the four bytes as one number of the machine's own order.</summary>
    private static IEnumerable<(IPNetwork Range, IPAddress Gateway)> Read() => File.ReadAllLines(Routes)
        .Skip(1)
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields.Length > 7)
        .Select(fields => (new IPNetwork(new IPAddress(Number(fields[1])), int.PopCount((int)Number(fields[7]))), new IPAddress(Number(fields[2]))));

    private static uint Number(string hex) => uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
