using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Claims of volumes.</summary>
internal static class ClaimValidation
{
    private static readonly FieldPath Path = FieldPath.Of("spec");

    public static Findings<FieldError> Validate(PersistentVolumeClaimSpec spec)
    {
        var modes = Path.Child("accessModes");
        var size = Path.Child("resources").Key(ResourceName.Storage);
        return
        [
            .. FieldRules.If(spec.AccessModes.IsEmpty, () => FieldError.Required(modes, "at least one access mode is required")),
            .. LabelValidation.Selector(Path.Child("selector"), spec.Selector),
            .. spec.AccessModes.SelectMany(mode => FieldRules.OneOf(
                modes,
                mode,
                PersistentVolumeAccessMode.ReadOnlyMany,
                PersistentVolumeAccessMode.ReadWriteMany,
                PersistentVolumeAccessMode.ReadWriteOnce,
                PersistentVolumeAccessMode.ReadWriteOncePod)),
            .. FieldRules.If(
                spec.AccessModes.Count > 1 && spec.AccessModes.Contains(PersistentVolumeAccessMode.ReadWriteOncePod),
                () => FieldError.Forbidden(modes, "may not use ReadWriteOncePod with other access modes")),
            .. spec.Resources.Requests.TryGetValue(ResourceName.Storage, out var amount)
                ? FieldRules.If(amount <= default(Quantity), () => FieldError.Invalid(size, amount, FieldRules.NotPositive))
                : [FieldError.Required(size)],
            .. string.IsNullOrEmpty(spec.StorageClassName) ? [] : FieldRules.Named(Path.Child("storageClassName"), spec.StorageClassName, Names.Subdomain),
            .. FieldRules.OneOfIfSet(Path.Child("volumeMode"), spec.VolumeMode, PersistentVolumeMode.Block, PersistentVolumeMode.Filesystem),
        ];
    }

    /// <summary>A claim finds its volume once; after that it may only grow.</summary>
    public static Findings<FieldError> Unchanged(PersistentVolumeClaim item, PersistentVolumeClaim old)
    {
        var bound = old.Status.Phase == PersistentVolumeClaimPhase.Bound;
        var allowed = item.Spec with
        {
            VolumeName = old.Spec.VolumeName ?? item.Spec.VolumeName,
            StorageClassName = old.Spec.StorageClassName ?? item.Spec.StorageClassName,
            Resources = bound ? item.Spec.Resources with { Requests = old.Spec.Resources.Requests } : item.Spec.Resources,
            VolumeAttributesClassName = old.Spec.VolumeAttributesClassName,
        };
        var before = old.Spec with
        {
            VolumeName = old.Spec.VolumeName ?? item.Spec.VolumeName,
            StorageClassName = old.Spec.StorageClassName ?? item.Spec.StorageClassName,
        };
        var volumeChanged = old.Spec.VolumeName is { } volume && item.Spec.VolumeName != volume;
        return
        [
            .. FieldRules.If(
                allowed != before || volumeChanged,
                () => FieldError.Forbidden(Path, "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")),
            .. FieldRules.If(
                bound && item.Spec.Resources.Requests.Find(ResourceName.Storage) < old.Status.Capacity.Find(ResourceName.Storage),
                () => FieldError.Forbidden(Path.Child("resources", "requests", "storage"), "field can not be less than status.capacity")),
        ];
    }
}
