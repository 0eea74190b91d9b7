using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Network.NodeRoutes;

/// <summary>The way to another node's pods.</summary>
/// <param name="Pods">Their addresses, of one family.</param>
/// <param name="Node">That of the node; of the pods' family where packets are sent as they are.</param>
/// <param name="IsWrapped">The two share no link: packets go to the node in others (VXLAN). Else they are sent to it as they are.</param>
public sealed record PodRoute(IPNetwork Pods, IPAddress Node, bool IsWrapped);

/// <param name="Own">The addresses of this node's own pods, a range of each family; empty while none were given out.</param>
/// <param name="Address">This node's own, by which others send it what is wrapped; null while it is not known.</param>
public sealed record RoutePlan(ImmutableArray<IPNetwork> Own, IPAddress? Address, ImmutableArray<PodRoute> Routes);

/// <summary>From the nodes of the cluster to the ways to their pods. Pure.</summary>
public static class RoutePlanner
{
    /// <param name="self">This node's name.</param>
    /// <param name="all">The addresses of all pods, a range of each family; what is wrapped is sent to nodes' addresses of the first's.</param>
    /// <param name="links">The networks that this node has a link to.</param>
    public static RoutePlan Plan(string self, IReadOnlyList<IPNetwork> all, IEnumerable<Node> nodes, IReadOnlyList<IPNetwork> links)
    {
        var routes = ImmutableArray.CreateBuilder<PodRoute>();
        var (own, address) = (ImmutableArray<IPNetwork>.Empty, (IPAddress?)null);
        var known = nodes.OrderBy(ObjectKey.Of).ToList();
        var outer = all[0].BaseAddress.AddressFamily;
        if (known.Find(node => node.Metadata.Name == self) is { } here)
        {
            (own, address) = (PodsOf(here, all), AddressOf(here, outer));
        }

        var taken = new TakenRanges();
        foreach (var mine in own)
        {
            taken.TryTake(mine);
        }

        foreach (var node in known.Where(node => node.Metadata.Name != self))
        {
            foreach (var pods in PodsOf(node, all))
            {
                // Two that claim the same: the allocator does not do it, and the first by name keeps it.
                if (WayTo(node, pods, outer, links) is { } way && !way.Node.Equals(address) && taken.TryTake(pods))
                {
                    routes.Add(way);
                }
            }
        }

        return new RoutePlan(own, address, routes.ToImmutable());
    }

    private static PodRoute? WayTo(Node node, IPNetwork pods, AddressFamily outer, IReadOnlyList<IPNetwork> links) =>
        AddressOf(node, pods.BaseAddress.AddressFamily) is { } near && links.Any(link => link.Contains(near)) ? new PodRoute(pods, near, IsWrapped: false)
        : AddressOf(node, outer) is { } far ? new PodRoute(pods, far, IsWrapped: true)
        : null;

    /// <summary>Whether a change of a node may move the ways to pods.</summary>
    public static bool IsNews(ObjectChange<Node> change) =>
        change.Old?.Spec.PodCIDR != change.New?.Spec.PodCIDR || (change.Old?.Spec.PodCIDRs ?? default) != (change.New?.Spec.PodCIDRs ?? default) || (change.Old?.Status.Addresses ?? default) != (change.New?.Status.Addresses ?? default);

    /// <summary>As many as it has of the cluster's own, in the cluster's order.</summary>
    private static ImmutableArray<IPNetwork> PodsOf(Node node, IReadOnlyList<IPNetwork> all) =>
    [
        .. all.SelectMany(range => node.Spec.PodCIDRs.Append(node.Spec.PodCIDR)
            .Select(text => IPNetwork.TryParse(text, out var one) && range.Contains(one.BaseAddress) && one.PrefixLength >= range.PrefixLength ? one : (IPNetwork?)null)
            .OfType<IPNetwork>()
            .Take(1)),
    ];

    private static IPAddress? AddressOf(Node node, AddressFamily family) => node.Status.Addresses
        .Where(one => one.Type == NodeAddressType.InternalIP)
        .Select(one => IPAddress.TryParse(one.Address, out var address) && address.AddressFamily == family ? address : null)
        .FirstOrDefault(address => address is not null);

    /// <summary>Ranges that do not overlap. Nodes' are all of one length, where a look is a look into a set.</summary>
    private sealed class TakenRanges
    {
        private readonly Dictionary<int, HashSet<IPNetwork>> _byLength = [];

        public bool TryTake(IPNetwork range)
        {
            if (_byLength.Any(others => others.Key == range.PrefixLength ? others.Value.Contains(range) : others.Value.Any(other => ClusterRanges.Overlap(other, range))))
            {
                return false;
            }

            ref var same = ref CollectionsMarshal.GetValueRefOrAddDefault(_byLength, range.PrefixLength, out _);
            return (same ??= []).Add(range);
        }
    }
}
