namespace Coppice.Scheduler;

/// <summary>The more is left on a node, the better.</summary>
internal sealed class LeastAllocatedScore : IScore
{
    public int Weight => 1;

    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, IReadOnlyList<NodeInfo> nodes)
    {
        var scores = new long[nodes.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            var (has, used) = (nodes[i].Allocatable, nodes[i].NonZeroRequested + pod.NonZeroRequests);
            scores[i] = (Left(has.MilliCpu, used.MilliCpu) + Left(has.Memory, used.Memory)) / 2;
        }

        return scores;
    }

    private static long Left(long has, long used) => has == 0 || used > has ? 0 : (long)((Int128)(has - used) * IScore.MaxNodeScore / has);
}
