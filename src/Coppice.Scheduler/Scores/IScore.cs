namespace Coppice.Scheduler;

/// <summary>Compares the nodes on which a pod can run.</summary>
internal interface IScore
{
    /// <summary>How much it counts beside the others; Kubernetes' weights.</summary>
    int Weight { get; }

    /// <returns>For each node 0 to <see cref="Best"/>; null if the nodes don't differ in this.</returns>
    long[]? Rate(PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<NodeView> nodes);

    /// <summary>The best mark.</summary>
    const long Best = 100;

    /// <summary>Stretches counts of something good to marks: the most is the best.</summary>
    static long[] MoreIsBetter(long[] counts)
    {
        var (least, most) = (Math.Min(0, counts.Min()), Math.Max(0, counts.Max()));
        return [.. counts.Select(c => most == least ? 0 : Best * (c - least) / (most - least))];
    }

    /// <summary>Stretches counts of something bad to marks: none is the best.</summary>
    static long[] FewerIsBetter(long[] counts)
    {
        var most = counts.Max();
        return [.. counts.Select(c => most == 0 ? Best : Best - Best * c / most)];
    }
}
