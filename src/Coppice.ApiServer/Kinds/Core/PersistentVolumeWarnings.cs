using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>What of a volume has something better, or works no longer.</summary>
internal static class PersistentVolumeWarnings
{
    private static readonly (string Name, Func<PersistentVolumeSpec, object?> Get, string Since)[] OldSources =
    [
        ("cephfs", spec => spec.Cephfs, "deprecated in v1.28, non-functional in v1.31+"),
        ("photonPersistentDisk", spec => spec.PhotonPersistentDisk, "deprecated in v1.11, non-functional in v1.16+"),
        ("scaleIO", spec => spec.ScaleIO, "deprecated in v1.16, non-functional in v1.22+"),
        ("storageos", spec => spec.Storageos, "deprecated in v1.22, non-functional in v1.25+"),
        ("glusterfs", spec => spec.Glusterfs, "deprecated in v1.25, non-functional in v1.26+"),
        ("rbd", spec => spec.Rbd, "deprecated in v1.28, non-functional in v1.31+"),
    ];

    public static IEnumerable<string> Of(PersistentVolume item)
    {
        if (item.Metadata.Annotations.ContainsKey(StorageClasses.NameNote))
        {
            yield return $"metadata.annotations[{StorageClasses.NameNote}]: deprecated since v1.8; use \"storageClassName\" attribute instead";
        }

        const string Options = "volume.beta.kubernetes.io/mount-options";
        if (item.Metadata.Annotations.ContainsKey(Options))
        {
            yield return $"metadata.annotations[{Options}]: deprecated since v1.31; use \"mountOptions\" attribute instead";
        }

        if (item.Spec.PersistentVolumeReclaimPolicy == PersistentVolumeReclaimPolicy.Recycle)
        {
            yield return "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
        }

        foreach (var (name, get, since) in OldSources)
        {
            if (get(item.Spec) is not null)
            {
                yield return $"spec.{name}: {since}";
            }
        }
    }
}
