namespace Coppice.Scheduler;

/// <summary>A node that has the pod's images need not fetch them.</summary>
internal sealed class ImageLocalityScore : IScore
{
    // Less than this is fetched in no time; more counts no more. A container each.
    private const long LeastBytes = 23L * 1024 * 1024;
    private const long MostBytes = 1000L * 1024 * 1024;

    public int Weight => 1;

    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, IReadOnlyList<NodeInfo> nodes)
    {
        var images = pod.Pod.Spec.InitContainers.Concat(pod.Pod.Spec.Containers).Select(c => WithTag(c.Image ?? "")).ToList();
        var sums = new long[nodes.Count];
        foreach (var image in images)
        {
            // An image that few nodes have counts less, or all its pods would gather there.
            var spread = (double)cluster.Sums.NodesWithImage(image) / cluster.Nodes.Count;
            for (var i = 0; spread > 0 && i < sums.Length; i++)
            {
                sums[i] += (long)(nodes[i].ImageSize(image) * spread);
            }
        }

        var most = MostBytes * images.Count;
        return sums.All(s => s == 0)
            ? null
            : [.. sums.Select(s => IScore.MaxNodeScore * (Math.Clamp(s, LeastBytes, Math.Max(LeastBytes, most)) - LeastBytes) / Math.Max(1, most - LeastBytes))];
    }

    private static string WithTag(string image) =>
        image.LastIndexOf(':') <= image.LastIndexOf('/') ? image + ":latest" : image;
}
