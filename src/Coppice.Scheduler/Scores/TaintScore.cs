using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Nodes that would rather not have the pod come last.</summary>
internal sealed class TaintScore : IScore
{
    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, NodeInfo[] nodes)
    {
        if (cluster.Sums.Nodes.Disliked == 0)
        {
            return null;
        }

        var tolerations = pod.Pod.Spec.Tolerations;
        var counts = Array.ConvertAll(nodes, n => n.IsDisliked ? Count(n.Node.Spec.Taints, tolerations) : 0);
        return counts.All(c => c == 0) ? null : IScore.NormalizeReversed(counts);
    }

    private static long Count(ValueList<Taint> taints, ValueList<Toleration> tolerations)
    {
        var count = 0;
        foreach (var taint in taints)
        {
            count += taint.Effect == TaintEffect.PreferNoSchedule && !tolerations.Tolerates(taint) ? 1 : 0;
        }

        return count;
    }
}
