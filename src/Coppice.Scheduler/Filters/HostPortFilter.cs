namespace Coppice.Scheduler;

/// <summary>Two pods cannot have the same port of one node.</summary>
internal sealed class HostPortFilter : IFilter
{
    private static readonly Rejection Taken = Rejection.Resolvable("node(s) didn't have free ports for the requested pod ports");

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.PodGone;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster) =>
        pod.Ports.Count == 0 ? null : node => IsTaken(pod, node) ? Taken : null;

    private static bool IsTaken(PodInfo pod, NodeInfo node)
    {
        foreach (var other in node.Pods)
        {
            foreach (var taken in other.Ports)
            {
                foreach (var wanted in pod.Ports)
                {
                    if (wanted.Collides(taken))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }
}
