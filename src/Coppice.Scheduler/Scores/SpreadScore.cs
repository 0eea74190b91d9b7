using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Pods that do the same should not fail together: the spread constraints that may be broken, the pod's own or those by default.</summary>
internal sealed class SpreadScore(SpreadDefaults defaults) : IScore
{
    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, NodeInfo[] nodes)
    {
        var spreads = TopologySpread.Of(pod, UnsatisfiableConstraintAction.ScheduleAnyway, defaults, cluster);
        if (spreads.Count == 0)
        {
            return null;
        }

        var isOut = TopologySpread.NeedsLabels(pod, defaults) ? Array.ConvertAll(nodes, node => !spreads.All(spread => spread.Has(node))) : null;
        var counts = new double[nodes.Length];
        foreach (var spread in spreads)
        {
            Add(spread, nodes, counts, isOut);
        }

        return Normalize(counts, isOut);
    }

    private static void Add(TopologySpread spread, NodeInfo[] nodes, double[] counts, bool[]? isOut)
    {
        // The more domains there are, the fewer pods each has: the logarithm gives hosts and zones a like say.
        var domains = spread.Constraint.TopologyKey == PlaceLabels.Hostname
            ? nodes.Length - (isOut?.Count(one => one) ?? 0)
            : spread.Domains.CountOf(nodes);
        var weight = Math.Log(domains + 2);
        for (var i = 0; i < nodes.Length; i++)
        {
            if (spread.Has(nodes[i]))
            {
                counts[i] += spread.PodsNear(nodes[i]) * weight + spread.Constraint.MaxSkew - 1;
            }
        }
    }

    /// <summary>The node with the fewest is the best; one that is out of the question is as bad as can be.</summary>
    private static long[] Normalize(double[] counts, bool[]? isOut)
    {
        var rounded = Array.ConvertAll(counts, count => (long)Math.Round(count, MidpointRounding.AwayFromZero));
        var (least, most) = (long.MaxValue, 0L);
        for (var i = 0; i < rounded.Length; i++)
        {
            if (isOut?[i] != true)
            {
                (least, most) = (Math.Min(least, rounded[i]), Math.Max(most, rounded[i]));
            }
        }

        for (var i = 0; i < rounded.Length; i++)
        {
            rounded[i] = isOut?[i] == true ? 0 : most == 0 ? IScore.MaxNodeScore : IScore.MaxNodeScore * (most + least - rounded[i]) / most;
        }

        return rounded;
    }
}
