using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A claim that only one pod may use is not shared, on whatever nodes.</summary>
internal sealed class ClaimSharingFilter : IFilter
{
    private static readonly Rejection InUse =
        Rejection.Resolvable("node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode");

    public ClusterEvents WokenBy => ClusterEvents.ClaimLeft | ClusterEvents.Claim;

    public bool LooksBeyondNode => true;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        if (!pod.HasClaims)
        {
            return null;
        }

        var own = PodClaims.Of(pod.Pod)
            .Where(key => cluster.Storage.Claim(key)?.Spec.AccessModes.Contains(PersistentVolumeAccessMode.ReadWriteOncePod) == true)
            .ToHashSet();
        if (own.Count == 0)
        {
            return null;
        }

        // A node is tried as it would be without some of its pods; the others are as they are.
        var users = cluster.Nodes.Where(Uses).Select(node => node.Name).ToHashSet(StringComparer.Ordinal);
        return node => Uses(node) || users.Any(name => name != node.Name) ? InUse : null;

        bool Uses(NodeInfo node) => node.Pods.Any(other => other.Key != pod.Key && PodClaims.Of(other.Pod).Any(own.Contains));
    }
}
