namespace Coppice.Scheduler;

/// <summary>What a pod's claims of devices say of every node alike: one is missing, is going, or is in use.</summary>
internal sealed class DeviceClaimsFilter : IFilter
{
    public ClusterEvents WokenBy => ClusterEvents.Devices;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        if (PodDevices.Of(pod.Pod, cluster.Devices)?.Problem is not { } why)
        {
            return null;
        }

        var rejection = Rejection.OfPod(why);
        return _ => rejection;
    }
}
