namespace Coppice.Scheduler;

/// <summary>A node that has the pod's images need not fetch them.</summary>
internal sealed class ImageLocalityScore : IScore
{
    // Less than this is fetched in no time; more counts no more. A container each.
    private const long LeastBytes = 23L * 1024 * 1024;
    private const long MostBytes = 1000L * 1024 * 1024;

    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, NodeInfo[] nodes)
    {
        var (onAll, sums) = (0L, default(long[]));
        foreach (var image in pod.Images)
        {
            var (count, bytes) = cluster.Sums.Images.Of(image);
            if (count == cluster.Nodes.Count && bytes is { } same)
            {
                onAll += same;
            }
            else if (count > 0)
            {
                // An image that few nodes have counts less, or all its pods would gather there.
                var spread = (double)count / cluster.Nodes.Count;
                sums ??= new long[nodes.Length];
                for (var i = 0; i < sums.Length; i++)
                {
                    sums[i] += (long)(nodes[i].ImageSize(image) * spread);
                }
            }
        }

        var most = Math.Max(LeastBytes + 1, MostBytes * pod.Images.Count);
        return sums is null
            ? null
            : Array.ConvertAll(sums, sum => IScore.MaxNodeScore * (Math.Clamp(sum + onAll, LeastBytes, most) - LeastBytes) / (most - LeastBytes));
    }
}
