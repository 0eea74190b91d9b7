namespace Coppice.Scheduler;

/// <summary>A pod that names its node runs only there.</summary>
internal sealed class NodeNameFilter : IFilter
{
    private static readonly Rejection OtherNode = Rejection.Unresolvable("node(s) didn't match the requested node name");

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster) =>
        pod.Pod.Spec.NodeName is { Length: > 0 } name ? node => node.Name == name ? null : OtherNode : null;
}
