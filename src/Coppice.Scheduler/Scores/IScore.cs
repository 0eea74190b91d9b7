namespace Coppice.Scheduler;

/// <param name="Weight">How much it counts beside the others.</param>
internal sealed record WeightedScore(IScore Score, int Weight);

/// <summary>Compares the nodes on which a pod can run.</summary>
internal interface IScore
{
    /// <returns>For each node 0 to <see cref="MaxNodeScore"/>; null if the nodes don't differ in this.</returns>
    long[]? Score(PodInfo pod, ClusterSnapshot cluster, NodeInfo[] nodes);

    /// <summary>The best score.</summary>
    const long MaxNodeScore = 100;

    /// <summary>Stretches counts of something good over all scores: the most is the best.</summary>
    static long[] Normalize(long[] counts)
    {
        var (least, most) = (Math.Min(0, counts.Min()), Math.Max(0, counts.Max()));
        return [.. counts.Select(c => most == least ? 0 : MaxNodeScore * (c - least) / (most - least))];
    }

    /// <summary>Stretches counts of something bad over all scores: none is the best.</summary>
    static long[] NormalizeReversed(long[] counts)
    {
        var most = counts.Max();
        return [.. counts.Select(c => most == 0 ? MaxNodeScore : MaxNodeScore - MaxNodeScore * c / most)];
    }
}
