namespace Coppice.Scheduler;

/// <summary>The volumes of a pod's claims must be reached from the node, or be had there.</summary>
internal sealed class VolumeBindingFilter : IFilter
{
    public ClusterEvents WokenBy => ClusterEvents.Storage | ClusterEvents.Claim | ClusterEvents.NodeAdded | ClusterEvents.NodeLabels;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster) =>
        pod.HasClaims && PodStorage.Of(pod.Pod, cluster.Storage) is { } storage ? node => storage.Test(node.Node) : null;
}
