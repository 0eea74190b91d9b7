using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>PersistentVolumeClaims.</summary>
internal sealed class PersistentVolumeClaimStrategy : KindStrategy<PersistentVolumeClaim>
{
    public override PersistentVolumeClaim Default(PersistentVolumeClaim item) => item with
    {
        Spec = Default(item.Spec),
        Status = item.Status with { Phase = item.Status.Phase ?? PersistentVolumeClaimPhase.Pending },
    };

    /// <summary>Also of claims that a pod's ephemeral volume makes. The older of the two sources follows the newer, and the other way round.</summary>
    public static PersistentVolumeClaimSpec Default(PersistentVolumeClaimSpec spec) => spec with
    {
        VolumeMode = spec.VolumeMode ?? PersistentVolumeMode.Filesystem,
        Resources = spec.Resources with
        {
            Limits = ContainerDefaults.RoundUp(spec.Resources.Limits),
            Requests = ContainerDefaults.RoundUp(spec.Resources.Requests),
        },
    };

    public override PersistentVolumeClaim PrepareForCreate(PersistentVolumeClaim item) => item with
    {
        Spec = WithBothSources(item.Spec),
        Status = new() { Phase = PersistentVolumeClaimPhase.Pending },
    };

    public override PersistentVolumeClaim PrepareForUpdate(PersistentVolumeClaim item, PersistentVolumeClaim old) =>
        item with { Spec = WithBothSources(item.Spec), Status = old.Status };

    public override PersistentVolumeClaim PrepareForStatusUpdate(PersistentVolumeClaim item, PersistentVolumeClaim old) =>
        item with { Spec = old.Spec };

    private static PersistentVolumeClaimSpec WithBothSources(PersistentVolumeClaimSpec spec) => spec switch
    {
        { DataSource: { } source, DataSourceRef: null } =>
            spec with { DataSourceRef = new() { ApiGroup = source.ApiGroup, Kind = source.Kind, Name = source.Name } },
        { DataSource: null, DataSourceRef: { Namespace: null } source } =>
            spec with { DataSource = new() { ApiGroup = source.ApiGroup, Kind = source.Kind, Name = source.Name } },
        _ => spec,
    };

    public override Findings<FieldError> Validate(PersistentVolumeClaim item) => ClaimValidation.Validate(item.Spec);

    public override Findings<FieldError> ValidateStatusUpdate(PersistentVolumeClaim item, PersistentVolumeClaim old) =>
    [
        .. item.Status.Capacity
            .Where(c => c.Value.IsNegative)
            .Select(c => FieldError.Invalid(FieldPath.Of("status", "capacity").Key(c.Key), c.Value, "must be a valid resource quantity")),
    ];

    public override Findings<FieldError> ValidateUpdate(PersistentVolumeClaim item, PersistentVolumeClaim old) =>
        [.. Validate(item), .. ClaimValidation.Unchanged(item, old)];
}
