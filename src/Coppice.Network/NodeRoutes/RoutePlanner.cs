using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Network.NodeRoutes;

/// <summary>The way to another node's pods.</summary>
/// <param name="Pods">Their addresses.</param>
/// <param name="Node">That of the node.</param>
/// <param name="IsWrapped">The two share no link: packets go to the node in others (VXLAN). Else they are sent to it as they are.</param>
public sealed record PodRoute(IPNetwork Pods, IPAddress Node, bool IsWrapped);

/// <param name="Own">The addresses of this node's own pods; null while none were given out.</param>
/// <param name="Address">This node's own; null while it is not known.</param>
public sealed record RoutePlan(IPNetwork? Own, IPAddress? Address, ImmutableArray<PodRoute> Routes);

/// <summary>From the nodes of the cluster to the ways to their pods. Pure.</summary>
public static class RoutePlanner
{
    /// <param name="self">This node's name.</param>
    /// <param name="all">The addresses of all pods.</param>
    /// <param name="links">The networks that this node has a link to.</param>
    public static RoutePlan Plan(string self, IPNetwork all, IEnumerable<Node> nodes, IReadOnlyList<IPNetwork> links)
    {
        var routes = ImmutableArray.CreateBuilder<PodRoute>();
        var (own, address) = ((IPNetwork?)null, (IPAddress?)null);
        var known = nodes.OrderBy(ObjectKey.Of).ToList();
        if (known.Find(node => node.Metadata.Name == self) is { } here)
        {
            (own, address) = (PodsOf(here, all), AddressOf(here));
        }

        var taken = new TakenRanges();
        _ = own is { } mine && taken.TryTake(mine);
        foreach (var node in known.Where(node => node.Metadata.Name != self))
        {
            // Two that claim the same: the allocator does not do it, and the first by name keeps it.
            if (PodsOf(node, all) is { } pods && AddressOf(node) is { } there && !there.Equals(address) && taken.TryTake(pods))
            {
                routes.Add(new PodRoute(pods, there, IsWrapped: !links.Any(link => link.Contains(there))));
            }
        }

        return new RoutePlan(own, address, routes.ToImmutable());
    }

    /// <summary>Whether a change of a node may move the ways to pods.</summary>
    public static bool IsNews(ObjectChange<Node> change) =>
        change.Old?.Spec.PodCIDR != change.New?.Spec.PodCIDR || (change.Old?.Status.Addresses ?? default) != (change.New?.Status.Addresses ?? default);

    private static IPNetwork? PodsOf(Node node, IPNetwork all) =>
        IPNetwork.TryParse(node.Spec.PodCIDR, out var range) && all.Contains(range.BaseAddress) && range.PrefixLength >= all.PrefixLength ? range : null;

    private static IPAddress? AddressOf(Node node) => node.Status.Addresses
        .Where(one => one.Type == NodeAddressType.InternalIP)
        .Select(one => IPAddress.TryParse(one.Address, out var address) && address.AddressFamily == AddressFamily.InterNetwork ? address : null)
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
