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
            .. PersistentVolumeValidation.KnownModes(modes, spec.AccessModes),
            .. spec.Resources.Requests.TryGetValue(ResourceName.Storage, out var amount)
                ? FieldRules.If(amount <= default(Quantity), () => FieldError.Invalid(size, amount, FieldRules.NotPositive))
                : [FieldError.Required(size)],
            .. string.IsNullOrEmpty(spec.StorageClassName) ? [] : FieldRules.Named(Path.Child("storageClassName"), spec.StorageClassName, Names.Subdomain),
            .. FieldRules.OneOfIfSet(Path.Child("volumeMode"), spec.VolumeMode, PersistentVolumeMode.Block, PersistentVolumeMode.Filesystem),
            .. Sources(spec),
            .. string.IsNullOrEmpty(spec.VolumeAttributesClassName)
                ? []
                : FieldRules.Named(Path.Child("volumeAttributesClassName"), spec.VolumeAttributesClassName, Names.Subdomain),
        ];
    }

    /// <summary>A claim finds its volume and its class once; after that it may only grow, or go back to what it has.</summary>
    public static Findings<FieldError> Unchanged(PersistentVolumeClaim item, PersistentVolumeClaim old)
    {
        var (volume, @class) = (old.Spec.VolumeName ?? item.Spec.VolumeName, old.Spec.StorageClassName ?? ClassFor(item, old));
        var before = old.Spec with { VolumeName = volume, StorageClassName = @class };
        var asked = item.Spec with { VolumeAttributesClassName = old.Spec.VolumeAttributesClassName };
        if (old.Status.Phase == PersistentVolumeClaimPhase.Bound && old.Spec.Resources.Requests.TryGetValue(ResourceName.Storage, out var had))
        {
            asked = asked with { Resources = asked.Resources with { Requests = asked.Resources.Requests.With(ResourceName.Storage, had) } };
        }

        var (size, oldSize) = (item.Spec.Resources.Requests.Find(ResourceName.Storage), old.Spec.Resources.Requests.Find(ResourceName.Storage));
        return
        [
            .. FieldRules.If(asked != before, () => FieldError.Forbidden(
                Path,
                $"spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n{SpecDifference.Of(asked, before)}")),
            .. FieldRules.If(
                size < oldSize && size <= old.Status.Capacity.Find(ResourceName.Storage),
                () => FieldError.Forbidden(Path.Child("resources", "requests", "storage"), "field can not be less than status.capacity")),
            .. FieldRules.Unchanged(FieldPath.Of("volumeMode"), item.Spec.VolumeMode, old.Spec.VolumeMode),
            .. Attributes(item.Spec.VolumeAttributesClassName, old.Spec.VolumeAttributesClassName),
        ];
    }

    /// <summary>A class may be given to a claim that has none, unless an old annotation says another.</summary>
    private static string? ClassFor(PersistentVolumeClaim item, PersistentVolumeClaim old) =>
        old.Metadata.Annotations.Find(StorageClasses.NameNote) is { } noted && noted != item.Spec.StorageClassName ? null : item.Spec.StorageClassName;

    private static Findings<FieldError> Attributes(string? name, string? old)
    {
        var path = Path.Child("volumeAttributesClassName");
        return (name, old) switch
        {
            (null, not null) => [FieldError.Forbidden(path, "update from non-nil value to nil is forbidden")],
            ("", not (null or "")) => [FieldError.Forbidden(path, "update from non-nil value to an empty string is forbidden")],
            _ => [],
        };
    }

    private static Findings<FieldError> Sources(PersistentVolumeClaimSpec spec)
    {
        var both = spec is { DataSource: not null, DataSourceRef: not null };
        var isElsewhere = !string.IsNullOrEmpty(spec.DataSourceRef?.Namespace);
        var differs = spec.DataSource?.ApiGroup != spec.DataSourceRef?.ApiGroup
            || spec.DataSource?.Kind != spec.DataSourceRef?.Kind
            || spec.DataSource?.Name != spec.DataSourceRef?.Name;
        var source = Path.Child("dataSource");
        return
        [
            .. spec.DataSource is { } older ? Source(source, older.ApiGroup, older.Kind, older.Name) : [],
            .. spec.DataSourceRef is { } newer ? Source(Path.Child("dataSourceRef"), newer.ApiGroup, newer.Kind, newer.Name) : [],
            .. isElsewhere ? FieldRules.Named(Path.Child("dataSourceRef", "namespace"), spec.DataSourceRef!.Namespace!, Names.Label) : [],
            .. FieldRules.If(
                both && isElsewhere,
                () => FieldError.Invalid(Path, source.ToString(), "may not be specified when dataSourceRef.namespace is specified")),
            .. FieldRules.If(both && !isElsewhere && differs, () => FieldError.Invalid(Path, source.ToString(), "must match dataSourceRef")),
        ];
    }

    private static Findings<FieldError> Source(FieldPath path, string? group, string kind, string name) =>
    [
        .. FieldRules.Required(path.Child("name"), name),
        .. FieldRules.Required(path.Child("kind"), kind),
        .. FieldRules.If(
            string.IsNullOrEmpty(group) && kind != "PersistentVolumeClaim",
            () => FieldError.Invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")),
        .. string.IsNullOrEmpty(group) ? [] : FieldRules.Named(path.Child("apiGroup"), group, Names.Subdomain),
    ];
}
