using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>What the pod asks for must be left on the node, and a place among its pods.</summary>
internal sealed class ResourcesFilter : IFilter
{
    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.NodeResources | ClusterEvents.PodGone | ClusterEvents.PodScaledDown;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var requests = pod.Requests;
        return node => Test(requests, node);
    }

    private static Rejection? Test(ResourceAmounts requests, NodeInfo node)
    {
        var (has, used) = (node.Allocatable, node.Requested);
        var lacking = default(List<string>);
        var isFinal = false;

        if (node.Pods.Count + 1 > node.PodLimit)
        {
            (lacking ??= []).Add("Too many pods");
        }

        Check(ResourceName.Cpu, requests.MilliCpu, has.MilliCpu, used.MilliCpu);
        Check(ResourceName.Memory, requests.Memory, has.Memory, used.Memory);
        Check(ResourceName.Ephemeralstorage, requests.EphemeralStorage, has.EphemeralStorage, used.EphemeralStorage);
        foreach (var (name, amount) in requests.Others)
        {
            Check(name, amount, has.Others.Find(name), used.Others.Find(name));
        }

        return lacking is null ? null : new(lacking, isFinal);

        void Check(string resource, long wanted, long allocatable, long taken)
        {
            // Who asks for nothing fits even on a node that has given away too much.
            if (wanted > 0 && wanted > allocatable - taken)
            {
                (lacking ??= []).Add($"Insufficient {resource}");
                isFinal |= wanted > allocatable;
            }
        }
    }
}
