using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>How the use of a resource makes a node good or bad.</summary>
internal enum AllocationStrategy
{
    /// <summary>The more is left on a node, the better.</summary>
    LeastAllocated,

    /// <summary>The less is left, the better: so that some nodes stay empty.</summary>
    MostAllocated,

    /// <summary>As a curve says.</summary>
    RequestedToCapacityRatio,
}

/// <summary>A point of a curve.</summary>
/// <param name="Utilization">How much of a resource is in use, in percent.</param>
/// <param name="Score">How good that is, of 10.</param>
internal readonly record struct CurvePoint(int Utilization, int Score);

/// <summary>Compares nodes by what would be left of their resources.</summary>
/// <param name="Curve">From left to right, one point at least; for the strategy that has one.</param>
internal sealed record AllocationScore(AllocationStrategy Strategy, ValueList<ResourceShare> Resources, ValueList<CurvePoint> Curve) : IScore
{
    private const int CurveScoreMax = 10;

    public static readonly AllocationScore Default = new(AllocationStrategy.LeastAllocated, ResourceShare.Usual, []);

    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, NodeInfo[] nodes) => Array.ConvertAll(nodes, node => Score(pod, node));

    private long Score(PodInfo pod, NodeInfo node)
    {
        var isByCurve = Strategy == AllocationStrategy.RequestedToCapacityRatio;
        var (sum, weights) = (0L, 0L);
        foreach (var resource in Resources)
        {
            var has = resource.Of(node.Allocatable);
            var wanted = resource.Of(isByCurve ? pod.Requests : pod.NonZeroRequests);
            if (has == 0 || (wanted == 0 && resource.IsExtended))
            {
                continue;
            }

            var score = ScoreOf(resource.Of(isByCurve ? node.Requested : node.NonZeroRequested) + wanted, has);
            if (!isByCurve || score > 0)
            {
                sum += score * resource.Weight;
                weights += resource.Weight;
            }
        }

        return weights == 0 ? 0 : isByCurve ? (long)Math.Round((double)sum / weights, MidpointRounding.AwayFromZero) : sum / weights;
    }

    private long ScoreOf(long used, long has) => Strategy switch
    {
        AllocationStrategy.LeastAllocated => used > has ? 0 : Share(has - used, has),
        AllocationStrategy.MostAllocated => Share(Math.Min(used, has), has),
        _ => OnCurve(used > has ? 100 : (int)Share(used, has)),
    };

    private long OnCurve(int utilization)
    {
        for (var i = 0; i < Curve.Count; i++)
        {
            var right = Curve[i];
            if (utilization > right.Utilization)
            {
                continue;
            }

            var left = i == 0 ? right : Curve[i - 1];
            return left == right
                ? Full(right)
                : Full(left) + (Full(right) - Full(left)) * (utilization - left.Utilization) / (right.Utilization - left.Utilization);
        }

        return Full(Curve[Curve.Count - 1]);

        static long Full(CurvePoint point) => point.Score * IScore.MaxNodeScore / CurveScoreMax;
    }

    private static long Share(long part, long whole) =>
        part <= long.MaxValue / IScore.MaxNodeScore ? part * IScore.MaxNodeScore / whole : (long)((Int128)part * IScore.MaxNodeScore / whole);
}
