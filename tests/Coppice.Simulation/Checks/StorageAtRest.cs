using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true of claims and volumes in a cluster that was left alone.</summary>
internal static class StorageAtRest
{
    /// <returns>What is not so yet, in words.</returns>
    public static IEnumerable<string> Missing(SimulatedCluster cluster)
    {
        var claims = cluster.Stored.All<PersistentVolumeClaim>().ToList();
        var volumes = cluster.Stored.All<PersistentVolume>().ToList();
        foreach (var claim in claims)
        {
            var volume = volumes.FirstOrDefault(v => v.Metadata.Name == claim.Spec.VolumeName);
            if (claim.Metadata.DeletionTimestamp is not null)
            {
                yield return $"claim {ObjectKey.Of(claim)} is still on its way out";
            }
            else if (claim.Status.Phase == PersistentVolumeClaimPhase.Bound
                ? volume is not { Status.Phase: PersistentVolumePhase.Bound } || volume.Spec.ClaimRef?.Uid != claim.Metadata.Uid
                : IsNeeded(cluster, claim) || volumes.Any(v => IsFor(v, claim)))
            {
                yield return $"claim {ObjectKey.Of(claim)} is {claim.Status.Phase}, with volume {claim.Spec.VolumeName} ({volume?.Status.Phase})";
            }
            else if (claim.Status.Phase == PersistentVolumeClaimPhase.Bound
                && (claim.Status.Capacity.Find(ResourceName.Storage) < VolumeBinding.SizeOf(claim) || !claim.Status.Conditions.IsEmpty))
            {
                yield return $"claim {ObjectKey.Of(claim)} asks for {VolumeBinding.SizeOf(claim)}, and says {claim.Status}";
            }
        }

        foreach (var volume in volumes)
        {
            var claim = claims.FirstOrDefault(c => c.Metadata.Uid == volume.Spec.ClaimRef?.Uid && c.Spec.VolumeName == volume.Metadata.Name);
            var isRight = claim is not null ? volume.Status.Phase == PersistentVolumePhase.Bound
                : volume.Spec.StorageClassName == Classes.Shelf
                    && volume.Status.Phase == (string.IsNullOrEmpty(volume.Spec.ClaimRef?.Uid) ? PersistentVolumePhase.Available : PersistentVolumePhase.Released);
            if (!isRight || volume.Metadata.DeletionTimestamp is not null)
            {
                yield return $"volume {volume.Metadata.Name} is {volume.Status.Phase}, of {volume.Spec.ClaimRef?.Name}, which is {claim?.Status.Phase ?? "not there"}";
            }

            if (volume.Spec.Local is { } local && !Directory.Exists(local.Path))
            {
                yield return $"volume {volume.Metadata.Name} has no directory";
            }
        }

        var known = volumes.Select(v => v.Spec.Local?.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var left in cluster.Machines.Select(m => cluster.Data.RootOf(m.Name)).Where(Directory.Exists).SelectMany(Directory.GetDirectories).Where(d => !known.Contains(d)))
        {
            yield return $"directory {left} outlived its volume";
        }
    }

    private static bool IsNeeded(SimulatedCluster cluster, PersistentVolumeClaim claim) =>
        cluster.Stored.All<Pod>(claim.Metadata.Namespace!).Any(pod => PodClaims.Of(pod).Contains(ObjectKey.Of(claim)));

    /// <summary>The claim could have it.</summary>
    private static bool IsFor(PersistentVolume volume, PersistentVolumeClaim claim) =>
        volume.Spec.StorageClassName == claim.Spec.StorageClassName
        && volume is { Metadata.DeletionTimestamp: null, Status.Phase: PersistentVolumePhase.Available }
        && (volume.Spec.ClaimRef is null || VolumeBinding.IsFor(volume, claim))
        && (string.IsNullOrEmpty(claim.Spec.VolumeName) || claim.Spec.VolumeName == volume.Metadata.Name);
}
