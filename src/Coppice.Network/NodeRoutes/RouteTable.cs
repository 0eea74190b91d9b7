using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Coppice.Network.Netlink;

namespace Coppice.Network.NodeRoutes;

/// <summary>
/// The kernel's routes to other nodes' pods, and the device that wraps packets to those behind no common link. Only routes by a gateway
/// within the pods' range are ours to change. For one thread, in the network namespace that is meant.
/// </summary>
internal sealed class RouteTable(IPNetwork pods, string device)
{
    private const string Routes = "/proc/thread-self/net/route";

    // What was written: of a route that is there still, the rest is, too.
    private HashSet<PodRoute> _applied = [];

    // What the device is made for; null while it is not known.
    private (IPNetwork Own, IPAddress Address)? _wrapsFor;

    /// <summary>Why there is no device that wraps; null while there is one, or no other node.</summary>
    public string? CannotWrap { get; private set; }

    /// <summary>The networks that this machine has a link to.</summary>
    public static IReadOnlyList<IPNetwork> Links() =>
        [.. Read().Where(route => route.Gateway.Equals(IPAddress.Any) && route.Range.PrefixLength is > 0 and < 32).Select(route => route.Range)];

    /// <summary>Changes what is not as it should be, and nothing else.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public void Apply(RoutePlan plan)
    {
        using var kernel = NetlinkSocket.Open(RouteMessages.Protocol);
        var index = Device(kernel, plan);
        var wanted = plan.Routes.Where(route => !route.IsWrapped || index is not null).ToList();
        var there = Read().ToHashSet();
        foreach (var route in wanted.Where(route => !_applied.Contains(route) || !there.Contains((route.Pods, Gateway(route)))))
        {
            Add(kernel, route, index);
        }

        foreach (var (range, _) in there.Where(route => !route.Gateway.Equals(IPAddress.Any) && pods.Contains(route.Range.BaseAddress)))
        {
            if (!wanted.Exists(route => route.Pods == range) && range.PrefixLength > 0)
            {
                Do(kernel, RouteMessages.NoRoute(range), $"the route to {range}");
            }
        }

        _applied = [.. wanted];
    }

    /// <summary>
    /// The device that wraps. It is there wherever there are other nodes: one may have to wrap what it sends to us where we need not, as this
    /// machine may have a link to its network and not the other way round.
    /// </summary>
    private int? Device(NetlinkSocket kernel, RoutePlan plan)
    {
        CannotWrap = null;
        var found = DeviceIndex.Find(device);
        if (plan is not { Own: { } own, Address: { } address, Routes.IsEmpty: false })
        {
            if (found is { } unused)
            {
                Do(kernel, RouteMessages.NoLink(unused), device);
            }

            return null;
        }

        if (found is { } before && !(own, address).Equals(_wrapsFor))
        {
            if (IsMadeFor(own, address))
            {
                _wrapsFor = (own, address);
            }
            else
            {
                // Of another address of this node, or another range.
                Do(kernel, RouteMessages.NoLink(before), device);
                found = null;
            }
        }

        try
        {
            return found is { } index ? Raised(kernel, index) : Wrap(kernel, own, address);
        }
        catch (IOException e) when (!plan.Routes.Any(route => route.IsWrapped))
        {
            // A kernel that cannot wrap fails only those that need it.
            CannotWrap = e.Message;
            return null;
        }
    }

    private bool IsMadeFor(IPNetwork own, IPAddress address) =>
        NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(one => one.Name == device) is { } made
        && made.GetPhysicalAddress().GetAddressBytes().SequenceEqual(RouteMessages.LinkAddress(address))
        && made.GetIPProperties().UnicastAddresses.Any(one => one.Address.Equals(own.BaseAddress));

    private int Wrap(NetlinkSocket kernel, IPNetwork own, IPAddress address)
    {
        Do(kernel, RouteMessages.Tunnel(device, address), device);
        var index = DeviceIndex.Find(device) ?? throw new IOException($"{device} was made and is not there");
        Do(kernel, RouteMessages.Address(index, own.BaseAddress), device);
        _wrapsFor = (own, address);
        return index;
    }

    private int Raised(NetlinkSocket kernel, int index)
    {
        Do(kernel, RouteMessages.Raise(index), device);
        return index;
    }

    /// <summary>Its end of a tunnel has the first address of its range, and a name on the link that follows from its own address.</summary>
    private static IPAddress Gateway(PodRoute route) => route.IsWrapped ? route.Pods.BaseAddress : route.Node;

    private static void Add(NetlinkSocket kernel, PodRoute route, int? device)
    {
        if (route.IsWrapped)
        {
            var name = RouteMessages.LinkAddress(route.Node);
            Do(kernel, RouteMessages.Neighbour(device!.Value, Gateway(route), name), $"the way to {route.Node}");
            Do(kernel, RouteMessages.Forward(device.Value, route.Node, name), $"the way to {route.Node}");
        }

        Do(kernel, RouteMessages.Route(route.Pods, Gateway(route), route.IsWrapped ? device : null), $"the route to {route.Pods}");
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
