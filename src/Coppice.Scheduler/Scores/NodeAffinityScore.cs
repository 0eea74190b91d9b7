using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>The nodes that the pod would rather have.</summary>
internal sealed class NodeAffinityScore : IScore
{
    public int Weight => 2;

    public long[]? Rate(PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<NodeView> nodes)
    {
        var wishes = pod.Pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default;
        return wishes.IsEmpty
            ? null
            : IScore.MoreIsBetter([.. nodes.Select(n => wishes.Where(w => NodeSelectors.Matches(w.Preference, n.Node)).Sum(w => (long)w.Weight))]);
    }
}
