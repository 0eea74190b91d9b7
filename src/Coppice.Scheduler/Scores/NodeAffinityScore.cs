using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>The nodes that the pod's preferred node affinity means.</summary>
internal sealed class NodeAffinityScore : IScore
{
    public int Weight => 2;

    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, IReadOnlyList<NodeInfo> nodes)
    {
        var terms = pod.Pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default;
        return terms.IsEmpty
            ? null
            : IScore.Normalize([.. nodes.Select(n => terms.Where(t => NodeSelectors.Matches(t.Preference, n.Node)).Sum(t => (long)t.Weight))]);
    }
}
