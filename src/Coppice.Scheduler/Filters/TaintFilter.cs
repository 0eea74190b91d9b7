using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>A node's taints keep off pods that don't tolerate them.</summary>
internal sealed class TaintFilter : IFilter
{
    private static readonly Rejection Untolerated = Rejection.Unresolvable("node(s) had untolerated taint(s)");

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.NodeTaints;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var tolerations = pod.Pod.Spec.Tolerations;
        return cluster.Sums.Nodes.Tainted == 0 ? null : node => !node.KeepsAway || tolerations.Tolerates(node.Node.Spec.Taints) ? null : Untolerated;
    }
}
