using System.Collections.Immutable;
using System.Net;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeRanges;

/// <param name="Given">The nodes that get their ranges now: one of each family that the cluster has.</param>
/// <param name="Without">Those for which none is left.</param>
internal sealed record NodeRangePlan(ImmutableArray<(Node Node, ValueList<IPNetwork> Ranges)> Given, ImmutableArray<Node> Without);

/// <summary>Hands the cluster's pod addresses out to its nodes, a range of each family each, no two alike. Pure.</summary>
internal static class NodeRangePlanner
{
    /// <param name="nodes">All there are: what they have is theirs until they are gone, also where the cluster has another family meanwhile.</param>
    public static NodeRangePlan Plan(ClusterRanges ranges, IReadOnlyList<Node> nodes)
    {
        var taken = nodes.SelectMany(RangesOf).ToList();
        var given = ImmutableArray.CreateBuilder<(Node, ValueList<IPNetwork>)>();
        var without = ImmutableArray.CreateBuilder<Node>();
        var waiting = nodes.Where(node => string.IsNullOrEmpty(node.Spec.PodCIDR) && node.Metadata.DeletionTimestamp is null);
        var free = ranges.AllPods.Select(pods => ClusterRanges.EachNodePods(pods).Where(range => !taken.Exists(one => ClusterRanges.Overlap(one, range))).GetEnumerator()).ToList();
        foreach (var node in waiting.OrderBy(node => node.Metadata.CreationTimestamp).ThenBy(ObjectKey.Of))
        {
            // The lowest: the first node has the ranges that a lonely one takes by itself. Where one family is used up, nobody gets any more.
            if (free.TrueForAll(range => range.MoveNext()))
            {
                given.Add((node, free.Select(range => range.Current).ToValueList()));
            }
            else
            {
                without.Add(node);
            }
        }

        return new(given.ToImmutable(), without.ToImmutable());
    }

    private static IEnumerable<IPNetwork> RangesOf(Node node) =>
        node.Spec.PodCIDRs.Append(node.Spec.PodCIDR).Select(text => IPNetwork.TryParse(text, out var range) ? range : (IPNetwork?)null).OfType<IPNetwork>();
}
