namespace Coppice.Scheduler;

/// <summary>The devices of a pod's claims must be reached from the node, or be free there.</summary>
internal sealed class DevicesFilter : IFilter
{
    public ClusterEvents WokenBy => ClusterEvents.Devices | ClusterEvents.NodeLabels | ClusterEvents.NodeTaints;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster) => PodDevices.Of(pod.Pod, cluster.Devices) is { Problem: null } devices
        ? node => devices.Test(node.Node) is { } why ? Rejection.Unresolvable(why) : null
        : null;
}
