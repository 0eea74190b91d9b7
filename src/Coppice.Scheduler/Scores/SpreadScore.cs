using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>
/// Pods that do the same should not fail together: the spread constraints that may be broken, or else an even spread of an owner's
/// pods over nodes and zones.
/// </summary>
internal sealed class SpreadScore : IScore
{
    public int Weight => 2;

    public long[]? Rate(PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<NodeView> nodes)
    {
        var constraints = pod.Pod.Spec.TopologySpreadConstraints;
        var counts = constraints.IsEmpty ? CountByOwner(pod, cluster, nodes) : CountByConstraints(pod, cluster, nodes);
        return counts is null ? null : IScore.FewerIsBetter(counts);
    }

    private static long[]? CountByConstraints(PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<NodeView> nodes)
    {
        var wishes = pod.Pod.Spec.TopologySpreadConstraints
            .Where(c => c.WhenUnsatisfiable == UnsatisfiableConstraintAction.ScheduleAnyway)
            .ToList();
        if (wishes.Count == 0)
        {
            return null;
        }

        var keys = wishes.Select(c => c.TopologyKey).ToList();
        var spreads = wishes.Select(c => SpreadCount.Of(c, pod, cluster, keys)).ToList();
        var counts = new long[nodes.Count];
        for (var i = 0; i < counts.Length; i++)
        {
            // The more places there are, the fewer pods each has: the logarithm gives hosts and zones a like say.
            counts[i] = (long)Math.Round(100 * spreads.Sum(s => Weigh(s.Places) * PodsIn(s, nodes[i])));
        }

        return counts;
    }

    private static double PodsIn(SpreadCount spread, NodeView node) =>
        node.Labels.TryGetValue(spread.Constraint.TopologyKey, out var place) ? spread.In(place) : spread.Places + spread.Constraint.MaxSkew;

    private static long[]? CountByOwner(PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<NodeView> nodes)
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

    private static double Weigh(int places) => Math.Log(places + 2);
}
