using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>The nodes that the pod's node selector and required node affinity mean.</summary>
internal sealed class NodeAffinityFilter : IFilter
{
    private static readonly Rejection Mismatch = Rejection.Unresolvable("node(s) didn't match Pod's node affinity/selector");

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.NodeLabels;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var spec = pod.Pod.Spec;
        return spec.NodeSelector.IsEmpty && spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is null
            ? null
            : node => NodeSelectors.Allows(spec, node.Node) ? null : Mismatch;
    }
}
