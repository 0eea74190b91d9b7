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
        if (pod.Owner is not { } owner)
        {
            return null;
        }

        var zones = nodes.Select(n => n.Labels.Find(ClusterSums.ZoneLabel)).ToArray();
        var (hostWeight, zoneWeight) = (Weigh(nodes.Count), Weigh(zones.OfType<string>().Distinct(StringComparer.Ordinal).Count()));
        return [.. nodes.Select((node, i) => Mark(cluster.Sums.OnNode(owner, node.Name), zones[i] is { } zone ? cluster.Sums.InZone(owner, zone) : 0))];

        long Mark(int onNode, int inZone) => (long)Math.Round(100 * (hostWeight * onNode + zoneWeight * inZone));
    }

    private static double Weigh(int places) => Math.Log(places + 2);
}
