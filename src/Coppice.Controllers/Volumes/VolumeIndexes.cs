using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Volumes;

/// <summary>What claims and volumes are found by.</summary>
internal static class VolumeIndexes
{
    /// <summary>The name of the volume that a claim names.</summary>
    public static readonly Func<PersistentVolumeClaim, IEnumerable<string>> ByVolume = claim => claim.Spec.VolumeName is { Length: > 0 } name ? [name] : [];

    /// <summary>The key, as text, of the claim that a volume names.</summary>
    public static readonly Func<PersistentVolume, IEnumerable<string>> ByClaim = volume => ClaimOf(volume) is { } claim ? [claim.ToString()] : [];

    public static ObjectKey? ClaimOf(PersistentVolume volume) => volume.Spec.ClaimRef is { Name: { } name } claim ? new(claim.Namespace ?? "", name) : null;
}
