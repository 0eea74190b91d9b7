using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>StatefulSets: what a pod is called and which claims it has stay as they are.</summary>
internal sealed class StatefulSetStrategy : KindStrategy<StatefulSet>
{
    private const int HistoryLimit = 10;

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    private static readonly PersistentVolumeClaimStrategy Claims = new();

    public override StatefulSet Default(StatefulSet item) => item with
    {
        Spec = item.Spec with
        {
            Replicas = item.Spec.Replicas ?? 1,
            Template = PodDefaults.Default(item.Spec.Template),
            PodManagementPolicy = item.Spec.PodManagementPolicy ?? PodManagementPolicyType.OrderedReady,
            UpdateStrategy = Default(item.Spec.UpdateStrategy),
            RevisionHistoryLimit = item.Spec.RevisionHistoryLimit ?? HistoryLimit,
            PersistentVolumeClaimRetentionPolicy = new()
            {
                WhenDeleted = item.Spec.PersistentVolumeClaimRetentionPolicy?.WhenDeleted ?? PersistentVolumeClaimRetentionPolicyType.Retain,
                WhenScaled = item.Spec.PersistentVolumeClaimRetentionPolicy?.WhenScaled ?? PersistentVolumeClaimRetentionPolicyType.Retain,
            },
            VolumeClaimTemplates = item.Spec.VolumeClaimTemplates.ConvertAll(
                claim => Claims.Default(claim) with { ApiVersion = "v1", Kind = nameof(PersistentVolumeClaim) }),
        },
    };

    public override StatefulSet PrepareForCreate(StatefulSet item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override StatefulSet PrepareForUpdate(StatefulSet item, StatefulSet old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override StatefulSet PrepareForStatusUpdate(StatefulSet item, StatefulSet old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old),
    };

    private static StatefulSetUpdateStrategy Default(StatefulSetUpdateStrategy strategy)
    {
        var type = strategy.Type ?? StatefulSetUpdateStrategyType.RollingUpdate;
        return type != StatefulSetUpdateStrategyType.RollingUpdate
            ? strategy with { Type = type }
            : strategy with
            {
                Type = type,
                RollingUpdate = new()
                {
                    Partition = strategy.RollingUpdate?.Partition ?? 0,
                    MaxUnavailable = strategy.RollingUpdate?.MaxUnavailable ?? 1,
                },
            };
    }

    public override Findings<FieldError> Validate(StatefulSet item)
    {
        var spec = item.Spec;
        var retention = SpecPath.Child("persistentVolumeClaimRetentionPolicy");
        return
        [
            .. FieldRules.Required(SpecPath.Child("podManagementPolicy"), spec.PodManagementPolicy),
            .. FieldRules.If(
                spec.PodManagementPolicy is not (null or "" or PodManagementPolicyType.OrderedReady or PodManagementPolicyType.Parallel),
                () => FieldError.Invalid(SpecPath.Child("podManagementPolicy"), spec.PodManagementPolicy, "must be 'OrderedReady' or 'Parallel'")),
            .. Strategy(SpecPath.Child("updateStrategy"), spec.UpdateStrategy),
            .. Retention(retention.Child("whenDeleted"), spec.PersistentVolumeClaimRetentionPolicy?.WhenDeleted),
            .. Retention(retention.Child("whenScaled"), spec.PersistentVolumeClaimRetentionPolicy?.WhenScaled),
            .. FieldRules.NotNegative(SpecPath.Child("replicas"), spec.Replicas),
            .. FieldRules.NotNegative(SpecPath.Child("minReadySeconds"), spec.MinReadySeconds),
            .. FieldRules.NotNegative(SpecPath.Child("ordinals.start"), spec.Ordinals?.Start),
            .. PodTemplateValidation.ValidateSelected(SpecPath, spec.Selector, WithClaims(spec), "StatefulSet", "statefulset"),
        ];
    }

    public override Findings<FieldError> ValidateUpdate(StatefulSet item, StatefulSet old)
    {
        var kept = item.Spec with
        {
            Replicas = old.Spec.Replicas,
            Ordinals = old.Spec.Ordinals,
            Template = old.Spec.Template,
            UpdateStrategy = old.Spec.UpdateStrategy,
            RevisionHistoryLimit = old.Spec.RevisionHistoryLimit,
            PersistentVolumeClaimRetentionPolicy = old.Spec.PersistentVolumeClaimRetentionPolicy,
            MinReadySeconds = old.Spec.MinReadySeconds,
        };
        return
        [
            .. Validate(item),
            .. FieldRules.If(kept != old.Spec, () => FieldError.Forbidden(
                SpecPath,
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")),
        ];
    }

    public override Findings<FieldError> ValidateStatusUpdate(StatefulSet item, StatefulSet old) => ReplicaStatusValidation.Of(item.Status, old.Status);

    public override IEnumerable<string> Warnings(StatefulSet item) => PodWarnings.Of(SpecPath.Child("template"), item.Spec.Template);

    /// <summary>As its pods will have it: mounts may name the claims that each of them gets. These come last, so that no other changes its place.</summary>
    private static PodTemplateSpec WithClaims(StatefulSetSpec spec)
    {
        var pod = spec.Template.Spec;
        var claims = spec.VolumeClaimTemplates
            .Select(claim => claim.Metadata.Name ?? "")
            .Where(name => !pod.Volumes.Any(volume => volume.Name == name))
            .Select(name => new Volume { Name = name, PersistentVolumeClaim = new() { ClaimName = name } });
        return spec.Template with { Spec = pod with { Volumes = [.. pod.Volumes, .. claims] } };
    }

    private static Findings<FieldError> Strategy(FieldPath path, StatefulSetUpdateStrategy strategy)
    {
        var rolling = path.Child("rollingUpdate");
        return strategy switch
        {
            { Type: null or "" } => [FieldError.Required(path)],
            { Type: StatefulSetUpdateStrategyType.OnDelete, RollingUpdate: { } update } =>
                [FieldError.Invalid(rolling, update, "only allowed for updateStrategy 'RollingUpdate'")],
            { Type: StatefulSetUpdateStrategyType.RollingUpdate, RollingUpdate: { } update } => Rolling(rolling, update),
            { Type: StatefulSetUpdateStrategyType.OnDelete or StatefulSetUpdateStrategyType.RollingUpdate } => [],
            _ => [FieldError.Invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")],
        };
    }

    private static Findings<FieldError> Rolling(FieldPath path, RollingUpdateStatefulSetStrategy update)
    {
        var unavailable = path.Child("maxUnavailable");
        return
        [
            .. FieldRules.NotNegative(path.Child("partition"), update.Partition),
            .. FieldRules.NumberOrPercent(unavailable, update.MaxUnavailable),
            .. FieldRules.If(
                update.MaxUnavailable is not null && Percent.IsNone(update.MaxUnavailable),
                () => FieldError.Invalid(unavailable, update.MaxUnavailable, "cannot be 0")),
            .. FieldRules.If(
                Percent.IsMoreThanAll(update.MaxUnavailable), () => FieldError.Invalid(unavailable, update.MaxUnavailable, "must not be greater than 100%")),
        ];
    }

    private static Findings<FieldError> Retention(FieldPath path, string? policy) => FieldRules.If(
        policy is not (PersistentVolumeClaimRetentionPolicyType.Retain or PersistentVolumeClaimRetentionPolicyType.Delete),
        () => FieldError.NotSupported(
            path, policy ?? "", PersistentVolumeClaimRetentionPolicyType.Retain, PersistentVolumeClaimRetentionPolicyType.Delete));
}
