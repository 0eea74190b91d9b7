using System.Collections.Immutable;
using System.ComponentModel;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Coppice.Network.Netlink;

namespace Coppice.Network.NodeRoutes;

/// <summary>
/// The kernel's routes to other nodes' pods, and the device that wraps packets to those behind no common link. Only routes by a gateway
/// within the pods' ranges are ours to change. For one thread, in the network namespace that is meant.
/// </summary>
internal sealed class RouteTable(IReadOnlyList<IPNetwork> pods, string device)
{
    // What was written: of a route that is there still, the rest is, too.
    private HashSet<PodRoute> _applied = [];

    // What the device is made for; null while it is not known.
    private (string Own, IPAddress Address)? _wrapsFor;

    /// <summary>Why there is no device that wraps; null while there is one, or no other node.</summary>
    public string? CannotWrap { get; private set; }

    /// <summary>The networks that this machine has a link to.</summary>
    public static IReadOnlyList<IPNetwork> Links(IReadOnlyList<AddressFamily> families) =>
    [
        .. families.SelectMany(family => KernelRoutes.Read(family)
            .Where(route => route.Gateway is null && route.Range.PrefixLength > 0 && route.Range.PrefixLength < route.Range.BaseAddress.GetAddressBytes().Length * 8)
            .Select(route => route.Range)),
    ];

    /// <summary>Changes what is not as it should be, and nothing else.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public void Apply(RoutePlan plan)
    {
        using var kernel = NetlinkSocket.Open(RouteMessages.Protocol);
        var index = Device(kernel, plan);
        var wanted = plan.Routes.Where(route => !route.IsWrapped || index is not null).ToList();
        var there = pods.SelectMany(range => KernelRoutes.Read(range.BaseAddress.AddressFamily)).ToHashSet();
        foreach (var route in wanted.Where(route => !_applied.Contains(route) || !there.Contains(new(route.Pods, Gateway(route)))))
        {
            Add(kernel, route, index);
        }

        foreach (var (range, _) in there.Where(route => route.Gateway is not null && pods.Any(all => all.Contains(route.Range.BaseAddress))))
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
        if (plan is not { Own: { IsEmpty: false } own, Address: { } address, Routes.IsEmpty: false })
        {
            if (found is { } unused)
            {
                Do(kernel, RouteMessages.NoLink(unused), device);
            }

            return null;
        }

        if (found is { } before && !(TextOf(own), address).Equals(_wrapsFor))
        {
            if (IsMadeFor(own, address))
            {
                _wrapsFor = (TextOf(own), address);
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

    private bool IsMadeFor(ImmutableArray<IPNetwork> own, IPAddress address) =>
        NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(one => one.Name == device) is { } made
        && made.GetPhysicalAddress().GetAddressBytes().SequenceEqual(RouteMessages.LinkAddress(address))
        && own.All(range => made.GetIPProperties().UnicastAddresses.Any(one => one.Address.Equals(range.BaseAddress)));

    private static string TextOf(ImmutableArray<IPNetwork> ranges) => string.Join(',', ranges);

    private int Wrap(NetlinkSocket kernel, ImmutableArray<IPNetwork> own, IPAddress address)
    {
        Do(kernel, RouteMessages.Tunnel(device, address), device);
        var index = DeviceIndex.Find(device) ?? throw new IOException($"{device} was made and is not there");
        foreach (var range in own)
        {
            Do(kernel, RouteMessages.Address(index, range.BaseAddress), device);
        }

        _wrapsFor = (TextOf(own), address);
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
}
