using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>
/// Pods that do the same should not fail together: the spread constraints that may be broken, or else an even spread of an owner's
/// pods over nodes and zones.
/// </summary>
internal sealed class SpreadScore : IScore
{
    public int Weight => 2;

    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, IReadOnlyList<NodeInfo> nodes)
    {
        var constraints = pod.Pod.Spec.TopologySpreadConstraints;
        var counts = constraints.IsEmpty ? CountByOwner(pod, cluster, nodes) : CountByConstraints(pod, cluster, nodes);
        return counts is null ? null : IScore.NormalizeReversed(counts);
    }

    private static long[]? CountByConstraints(PodInfo pod, ClusterSnapshot cluster, IReadOnlyList<NodeInfo> nodes)
    {
        var spreads = TopologySpread.Of(pod, UnsatisfiableConstraintAction.ScheduleAnyway, cluster);
        if (spreads.Count == 0)
        {
            return null;
        }

        var counts = new long[nodes.Count];
        for (var i = 0; i < counts.Length; i++)
        {
            // The more domains there are, the fewer pods each has: the logarithm gives hosts and zones a like say.
            counts[i] = (long)Math.Round(100 * spreads.Sum(s => Weigh(s.Domains) * PodsNear(s, nodes[i])));
        }

        return counts;
    }

    private static double PodsNear(TopologySpread spread, NodeInfo node) =>
        node.Labels.ContainsKey(spread.Constraint.TopologyKey) ? spread.PodsNear(node) : spread.Domains + spread.Constraint.MaxSkew;

    private static long[]? CountByOwner(PodInfo pod, ClusterSnapshot cluster, IReadOnlyList<NodeInfo> nodes)
    {
        if (pod.Owner is null)
        {
            return null;
        }

        var siblings = cluster.Sums.SiblingsOf(pod.Owner) ?? new();
        var zones = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (node.Zone is { } zone)
            {
                zones.Add(zone);
            }
        }

        var (hostWeight, zoneWeight) = (Weigh(nodes.Count), Weigh(zones.Count));
        var counts = new long[nodes.Count];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = (long)Math.Round(100 * (hostWeight * siblings.On(nodes[i]) + zoneWeight * siblings.InZoneOf(nodes[i])));
        }

        return counts;
    }

    private static double Weigh(int domains) => Math.Log(domains + 2);
}
