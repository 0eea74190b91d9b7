
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Apps;
namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>Deployments: by default a quarter of the pods is replaced at a time. (DeploymentStrategy is the API's word for a field of theirs.)</summary>
internal sealed class DeploymentKindStrategy : KindStrategy<Deployment>
{
    private const int HistoryLimit = 10;

    private const int ProgressSeconds = 600;

    private const string Quarter = "25%";

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override Deployment Default(Deployment item) => item with
    {
        Spec = item.Spec with
        {
            Replicas = item.Spec.Replicas ?? 1,
            Template = PodDefaults.Default(item.Spec.Template),
            Strategy = Default(item.Spec.Strategy),
            RevisionHistoryLimit = item.Spec.RevisionHistoryLimit ?? HistoryLimit,
            ProgressDeadlineSeconds = item.Spec.ProgressDeadlineSeconds ?? ProgressSeconds,
        },
    };

    public override Deployment PrepareForCreate(Deployment item) => item with { Metadata = FirstGeneration(item), Status = new() };

    /// <summary>A change of the annotations counts, too: a rollback and a paused rollout are written there.</summary>
    public override Deployment PrepareForUpdate(Deployment item, Deployment old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec || item.Metadata.Annotations != old.Metadata.Annotations),
        Status = old.Status,
    };

    public override Deployment PrepareForStatusUpdate(Deployment item, Deployment old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old) with { Labels = old.Metadata.Labels },
    };

    private static DeploymentStrategy Default(DeploymentStrategy strategy)
    {
        var type = strategy.Type ?? DeploymentStrategyType.RollingUpdate;
        return type != DeploymentStrategyType.RollingUpdate
            ? strategy with { Type = type }
            : strategy with
            {
                Type = type,
                RollingUpdate = new()
                {
                    MaxUnavailable = strategy.RollingUpdate?.MaxUnavailable ?? Quarter,
                    MaxSurge = strategy.RollingUpdate?.MaxSurge ?? Quarter,
                },
            };
    }

    public override Findings<FieldError> Validate(Deployment item)
    {
        var progress = item.Spec.ProgressDeadlineSeconds;
        return
        [
            .. FieldRules.NotNegative(SpecPath.Child("replicas"), item.Spec.Replicas),
            .. PodTemplateValidation.ValidateSelected(SpecPath, item.Spec.Selector, item.Spec.Template, "ReplicaSet", "deployment"),
            .. Strategy(SpecPath.Child("strategy"), item.Spec.Strategy),
            .. FieldRules.NotNegative(SpecPath.Child("minReadySeconds"), item.Spec.MinReadySeconds),
            .. FieldRules.NotNegative(SpecPath.Child("revisionHistoryLimit"), item.Spec.RevisionHistoryLimit),
            .. FieldRules.NotNegative(SpecPath.Child("progressDeadlineSeconds"), progress),
            .. FieldRules.If(
                progress <= item.Spec.MinReadySeconds,
                () => FieldError.Invalid(SpecPath.Child("progressDeadlineSeconds"), progress, "must be greater than minReadySeconds")),
        ];
    }

    public override Findings<FieldError> ValidateUpdate(Deployment item, Deployment old) =>
        [.. Validate(item), .. FieldRules.Unchanged(SpecPath.Child("selector"), item.Spec.Selector, old.Spec.Selector)];

    public override Findings<FieldError> ValidateStatusUpdate(Deployment item, Deployment old) => ReplicaStatusValidation.Of(item.Status, old.Status);

    public override IEnumerable<string> Warnings(Deployment item) => PodWarnings.Of(SpecPath.Child("template"), item.Spec.Template);

    public override IEnumerable<string> WarningsOnCreate(Deployment item) => PodWarnings.OfMaker(item.Metadata.Name);

    private static Findings<FieldError> Strategy(FieldPath path, DeploymentStrategy strategy)
    {
        var rolling = path.Child("rollingUpdate");
        return strategy switch
        {
            { Type: DeploymentStrategyType.Recreate, RollingUpdate: not null } =>
                [FieldError.Forbidden(rolling, $"may not be specified when strategy `type` is '{DeploymentStrategyType.Recreate}'")],
            { Type: DeploymentStrategyType.RollingUpdate, RollingUpdate: null } =>
                [FieldError.Required(rolling, "this should be defaulted and never be nil")],
            { Type: DeploymentStrategyType.RollingUpdate, RollingUpdate: { } update } => Rolling(rolling, update.MaxUnavailable, update.MaxSurge),
            _ => FieldRules.OneOf(path.Child("type"), strategy.Type, DeploymentStrategyType.Recreate, DeploymentStrategyType.RollingUpdate),
        };
    }

    private static Findings<FieldError> Rolling(FieldPath path, IntOrString? unavailable, IntOrString? surge)
    {
        var at = path.Child("maxUnavailable");
        return
        [
            .. FieldRules.NumberOrPercent(at, unavailable),
            .. FieldRules.NumberOrPercent(path.Child("maxSurge"), surge),
            .. FieldRules.If(
                Percent.IsNone(unavailable) && Percent.IsNone(surge),
                () => FieldError.Invalid(at, unavailable, "may not be 0 when `maxSurge` is 0")),
            .. FieldRules.If(Percent.IsMoreThanAll(unavailable), () => FieldError.Invalid(at, unavailable, "must not be greater than 100%")),
        ];
    }
}
