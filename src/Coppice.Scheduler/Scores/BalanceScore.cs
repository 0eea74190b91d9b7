using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>Resources should run out together: a node with much of one and none of the other is of no use to anybody.</summary>
internal sealed record BalanceScore(ValueList<ResourceShare> Resources) : IScore
{
    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, NodeInfo[] nodes) =>
        Resources.All(resource => resource.Of(pod.Requests) == 0) ? null : Array.ConvertAll(nodes, node => Score(pod, node));

    private long Score(PodInfo pod, NodeInfo node)
    {
        Span<double> shares = stackalloc double[Resources.Count];
        var (count, sum) = (0, 0.0);
        foreach (var resource in Resources)
        {
            var (has, wanted) = (resource.Of(node.Allocatable), resource.Of(pod.Requests));
            if (has > 0 && (wanted > 0 || !resource.IsExtended))
            {
                shares[count] = Math.Min(1, (double)(resource.Of(node.Requested) + wanted) / has);
                sum += shares[count++];
            }
        }

        return (long)((1 - Deviation(shares[..count], sum / Math.Max(1, count))) * IScore.MaxNodeScore);
    }

    private static double Deviation(ReadOnlySpan<double> shares, double mean)
    {
        if (shares.Length == 2)
        {
            return Math.Abs(shares[0] - shares[1]) / 2;
        }

        var squares = 0.0;
        foreach (var share in shares)
        {
            squares += (share - mean) * (share - mean);
        }

        return shares.Length == 0 ? 0 : Math.Sqrt(squares / shares.Length);
    }
}
