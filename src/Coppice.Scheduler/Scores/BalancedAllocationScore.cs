namespace Coppice.Scheduler;

/// <summary>CPU and memory should run out together: a node with much of one and none of the other is of no use to anybody.</summary>
internal sealed class BalancedAllocationScore : IScore
{
    public int Weight => 1;

    public long[]? Rate(PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<NodeView> nodes)
    {
        if (pod.Asked.MilliCpu == 0 && pod.Asked.Memory == 0)
        {
            return null;
        }

        var marks = new long[nodes.Count];
        for (var i = 0; i < marks.Length; i++)
        {
            var (has, used) = (nodes[i].Allocatable, nodes[i].Asked + pod.Asked);
            var apart = Math.Abs(Share(used.MilliCpu, has.MilliCpu) - Share(used.Memory, has.Memory)) / 2;
            marks[i] = (long)((1 - apart) * IScore.Best);
        }

        return marks;
    }

    private static double Share(long used, long has) => has == 0 ? 1 : Math.Min(1, (double)used / has);
}
