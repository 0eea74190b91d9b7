using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A node has no more volumes of a CSI driver than the driver says that it can have: the volumes of its pods and what is attached to it without a pod, each once.</summary>
internal sealed class VolumeLimitsFilter : IFilter
{
    private static readonly Rejection TooMany = Rejection.Resolvable("node(s) exceed max volume count");

    public ClusterEvents WokenBy => ClusterEvents.Storage | ClusterEvents.Claim | ClusterEvents.NodeAdded | ClusterEvents.PodGone;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var storage = cluster.Storage;
        var wanted = VolumesOf(pod, storage).ToHashSet();
        return wanted.Count == 0 ? null : node => IsTooMany(wanted, node, storage) ? TooMany : null;
    }

    private static bool IsTooMany(HashSet<(string Driver, string Volume)> wanted, NodeInfo node, StorageState storage)
    {
        if (storage.Drivers(node.Name)?.Spec.Drivers is not { IsEmpty: false } drivers)
        {
            return false;
        }

        var there = node.Pods.SelectMany(here => VolumesOf(here, storage)).Concat(storage.AttachedTo(node.Name).SelectMany(Served)).ToHashSet();
        foreach (var driver in drivers)
        {
            var added = wanted.Count(one => one.Driver == driver.Name && !there.Contains(one));
            if (added > 0 && driver.Allocatable?.Count is { } most && there.Count(one => one.Driver == driver.Name) + added > most)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The volumes of a pod that CSI drivers serve, by the drivers' own names for them; what is yet to be made, by its claim.</summary>
    private static IEnumerable<(string Driver, string Volume)> VolumesOf(PodInfo pod, StorageState storage)
    {
        if (!pod.HasClaims)
        {
            yield break;
        }

        foreach (var key in PodClaims.Of(pod.Pod))
        {
            if (storage.Claim(key) is not { } claim)
            {
                continue;
            }

            if (claim.Spec.VolumeName is { Length: > 0 } name && storage.Volume(name) is { } volume)
            {
                foreach (var served in Served(volume))
                {
                    yield return served;
                }
            }
            else if (storage.ClassOf(claim)?.Provisioner is { Length: > 0 } provisioner and not VolumeBinding.NoProvisioner)
            {
                yield return (provisioner, $"{key}");
            }
        }
    }

    private static IEnumerable<(string Driver, string Volume)> Served(PersistentVolume volume) =>
        volume.Spec.Csi is { } csi ? [(csi.Driver, csi.VolumeHandle)] : [];
}
