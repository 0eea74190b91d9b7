using System.Collections.Immutable;
using System.Net;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeRanges;

/// <param name="Given">The nodes that get a range now.</param>
/// <param name="Without">Those for which none is left.</param>
internal sealed record NodeRangePlan(ImmutableArray<(Node Node, IPNetwork Range)> Given, ImmutableArray<Node> Without);

/// <summary>Hands the cluster's pod addresses out to its nodes, a range each, no two alike. Pure.</summary>
internal static class NodeRangePlanner
{
    /// <param name="nodes">All there are: what they have is theirs until they are gone.</param>
    public static NodeRangePlan Plan(ClusterRanges ranges, IReadOnlyList<Node> nodes)
    {
        var taken = nodes.SelectMany(RangesOf).ToList();
        var given = ImmutableArray.CreateBuilder<(Node, IPNetwork)>();
        var without = ImmutableArray.CreateBuilder<Node>();
        var waiting = nodes.Where(node => string.IsNullOrEmpty(node.Spec.PodCIDR) && node.Metadata.DeletionTimestamp is null);
        using var free = ranges.EachNodePods().GetEnumerator();
        foreach (var node in waiting.OrderBy(node => node.Metadata.CreationTimestamp).ThenBy(ObjectKey.Of))
        {
            if (NextFree(free, taken) is { } range)
            {
                given.Add((node, range));
            }
            else
            {
                without.Add(node);
            }
        }

        return new(given.ToImmutable(), without.ToImmutable());
    }

    // The lowest: the first node has the range that a lonely one takes by itself.
    private static IPNetwork? NextFree(IEnumerator<IPNetwork> ranges, List<IPNetwork> taken)
    {
        while (ranges.MoveNext())
        {
            var range = ranges.Current;
            if (!taken.Exists(one => ClusterRanges.Overlap(one, range)))
            {
                return range;
            }
        }

        return null;
    }

    private static IEnumerable<IPNetwork> RangesOf(Node node) =>
        node.Spec.PodCIDRs.Append(node.Spec.PodCIDR).Select(text => IPNetwork.TryParse(text, out var range) ? range : (IPNetwork?)null).OfType<IPNetwork>();
}
