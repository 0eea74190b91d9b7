namespace Coppice.Scheduler;

/// <summary>CPU and memory should run out together: a node with much of one and none of the other is of no use to anybody.</summary>
internal sealed class BalancedAllocationScore : IScore
{
    public int Weight => 1;

    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, IReadOnlyList<NodeInfo> nodes)
    {
        if (pod.Requests.MilliCpu == 0 && pod.Requests.Memory == 0)
        {
            return null;
        }

        var scores = new long[nodes.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            var (has, used) = (nodes[i].Allocatable, nodes[i].Requested + pod.Requests);
            var apart = Math.Abs(Share(used.MilliCpu, has.MilliCpu) - Share(used.Memory, has.Memory)) / 2;
            scores[i] = (long)((1 - apart) * IScore.MaxNodeScore);
        }

        return scores;
    }

    private static double Share(long used, long has) => has == 0 ? 1 : Math.Min(1, (double)used / has);
}
