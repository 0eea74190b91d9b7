using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Volumes;

/// <summary>What phase a volume is in, and what becomes of it when its claim is gone.</summary>
/// <remarks>
/// <code>
/// (new) ──▶ Available ──▶ Bound ──▶ Released ──▶ (deleted by whoever made it)
///               ▲           │           │
///               └───────────┘           └──▶ Failed: nobody here can do what it asks for
/// </code>
/// </remarks>
internal static class VolumePlanner
{
    /// <param name="claim">The very one that the volume names; null if that is gone.</param>
    public static VolumePlan Plan(PersistentVolume volume, PersistentVolumeClaim? claim)
    {
        // One that waits for a claim of that name is for nobody else, and yet nobody's.
        if (string.IsNullOrEmpty(volume.Spec.ClaimRef?.Uid))
        {
            return new VolumePlan.Settle(PersistentVolumePhase.Available);
        }

        if (claim is null)
        {
            return Reclaim(volume);
        }

        if (string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            return new VolumePlan.Await(VolumeBinding.HaveSameMode(volume, claim) ? null : VolumeNews.Warning(
                "VolumeMismatch",
                $"Cannot bind PersistentVolume to requested PersistentVolumeClaim \"{claim.Metadata.Name}\" due to incompatible volumeMode."));
        }

        return claim.Spec.VolumeName == volume.Metadata.Name ? new VolumePlan.Settle(PersistentVolumePhase.Bound)
            : IsProvisioned(volume) && volume.Spec.PersistentVolumeReclaimPolicy == PersistentVolumeReclaimPolicy.Delete ? Reclaim(volume)
            : new VolumePlan.Free(Freed(volume));
    }

    private static VolumePlan.Settle Reclaim(PersistentVolume volume) => volume.Spec.PersistentVolumeReclaimPolicy switch
    {
        PersistentVolumeReclaimPolicy.Delete when !IsProvisioned(volume) => Failed(
            "VolumeFailedDelete", $"error getting deleter volume plugin for volume \"{volume.Metadata.Name}\": no deletable volume plugin matched"),
        PersistentVolumeReclaimPolicy.Recycle => Failed("VolumeFailedRecycle", "No recycler plugin found for the volume!"),
        _ => new(PersistentVolumePhase.Released),
    };

    private static VolumePlan.Settle Failed(string reason, string message) => new(PersistentVolumePhase.Failed, VolumeNews.Warning(reason, message));

    /// <summary>Whom a user chose it for, it goes on waiting for.</summary>
    private static PersistentVolume Freed(PersistentVolume volume) => volume.Metadata.Annotations.ContainsKey(VolumeBinding.ByController)
        ? volume with
        {
            Metadata = volume.Metadata with { Annotations = volume.Metadata.Annotations.Without(VolumeBinding.ByController) },
            Spec = volume.Spec with { ClaimRef = null },
        }
        : volume with { Spec = volume.Spec with { ClaimRef = volume.Spec.ClaimRef! with { Uid = null, ResourceVersion = null } } };

    private static bool IsProvisioned(PersistentVolume volume) => volume.Metadata.Annotations.ContainsKey(VolumeBinding.ProvisionedBy);
}
