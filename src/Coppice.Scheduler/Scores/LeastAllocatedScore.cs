namespace Coppice.Scheduler;

/// <summary>The more is left on a node, the better.</summary>
internal sealed class LeastAllocatedScore : IScore
{
    public int Weight => 1;

    public long[]? Rate(PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<NodeView> nodes)
    {
        var marks = new long[nodes.Count];
        for (var i = 0; i < marks.Length; i++)
        {
            var (has, used) = (nodes[i].Allocatable, nodes[i].Guessed + pod.Guessed);
            marks[i] = (Left(has.MilliCpu, used.MilliCpu) + Left(has.Memory, used.Memory)) / 2;
        }

        return marks;
    }

    private static long Left(long has, long used) => has == 0 || used > has ? 0 : (long)((Int128)(has - used) * IScore.Best / has);
}
