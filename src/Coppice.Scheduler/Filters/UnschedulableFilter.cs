using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>No new pods on a cordoned node, but for those that tolerate just that, as a DaemonSet's do.</summary>
internal sealed class UnschedulableFilter : IFilter
{
    private static readonly Taint Cordoned = new() { Key = "node.kubernetes.io/unschedulable", Effect = TaintEffect.NoSchedule };

    private static readonly Rejection Unschedulable = Rejection.Unresolvable("node(s) were unschedulable");

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.NodeTaints;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster) =>
        cluster.Sums.Nodes.Cordoned == 0 || pod.Pod.Spec.Tolerations.Tolerates(Cordoned) ? null : node => node.Node.Spec.Unschedulable ? Unschedulable : null;
}
