using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A disk that a pod names itself is not written to by two pods of one node.</summary>
internal sealed class DiskSharingFilter : IFilter
{
    private static readonly Rejection InUse = Rejection.Resolvable("node(s) had no available disk");

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.PodGone;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var disks = pod.Pod.Spec.Volumes.Where(volume => (volume.GcePersistentDisk ?? volume.AwsElasticBlockStore ?? volume.Iscsi ?? (object?)volume.Rbd) is not null).ToList();
        return disks.Count == 0
            ? null
            : node => node.Pods.Any(here => here.Pod.Spec.Volumes.Any(there => disks.Exists(disk => IsConflict(disk, there)))) ? InUse : null;
    }

    private static bool IsConflict(Volume a, Volume b) => (a, b) switch
    {
        ({ GcePersistentDisk: { } one }, { GcePersistentDisk: { } other }) => one.PdName == other.PdName && !(one.ReadOnly && other.ReadOnly),
        ({ AwsElasticBlockStore: { } one }, { AwsElasticBlockStore: { } other }) => one.VolumeID == other.VolumeID,
        ({ Iscsi: { } one }, { Iscsi: { } other }) => one.Iqn == other.Iqn && !(one.ReadOnly && other.ReadOnly),
        ({ Rbd: { } one }, { Rbd: { } other }) =>
            one.Image == other.Image && one.Pool == other.Pool && one.Monitors.Any(other.Monitors.Contains) && !(one.ReadOnly && other.ReadOnly),
        _ => false,
    };
}
