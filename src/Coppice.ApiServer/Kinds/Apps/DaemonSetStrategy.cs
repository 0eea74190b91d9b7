using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>DaemonSets: by default one pod is replaced at a time.</summary>
internal sealed class DaemonSetStrategy : KindStrategy<DaemonSet>
{
    private const int HistoryLimit = 10;

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override DaemonSet Default(DaemonSet item) => item with
    {
        Spec = item.Spec with
        {
            Template = PodDefaults.Default(item.Spec.Template),
            UpdateStrategy = Default(item.Spec.UpdateStrategy),
            RevisionHistoryLimit = item.Spec.RevisionHistoryLimit ?? HistoryLimit,
        },
    };

    public override DaemonSet PrepareForCreate(DaemonSet item) => item with
    {
        Metadata = WithTemplateGeneration(FirstGeneration(item), Math.Max(1, TemplateGeneration.Of(item) ?? 0)),
        Status = new(),
    };

    public override DaemonSet PrepareForUpdate(DaemonSet item, DaemonSet old)
    {
        var metadata = NextGeneration(item, old, item.Spec != old.Spec);
        var generation = (TemplateGeneration.Of(old) ?? 0) + (item.Spec.Template == old.Spec.Template ? 0 : 1);
        return item with { Metadata = WithTemplateGeneration(metadata, generation), Status = old.Status };
    }

    public override DaemonSet PrepareForStatusUpdate(DaemonSet item, DaemonSet old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old),
    };

    private static DaemonSetUpdateStrategy Default(DaemonSetUpdateStrategy strategy)
    {
        var type = strategy.Type ?? DaemonSetUpdateStrategyType.RollingUpdate;
        return type != DaemonSetUpdateStrategyType.RollingUpdate
            ? strategy with { Type = type }
            : strategy with
            {
                Type = type,
                RollingUpdate = new()
                {
                    MaxUnavailable = strategy.RollingUpdate?.MaxUnavailable ?? 1,
                    MaxSurge = strategy.RollingUpdate?.MaxSurge ?? 0,
                },
            };
    }

    private static ObjectMeta WithTemplateGeneration(ObjectMeta metadata, long generation) => metadata with
    {
        Annotations = metadata.Annotations.With(TemplateGeneration.Annotation, TemplateGeneration.Write(generation)),
    };

    public override Findings<FieldError> Validate(DaemonSet item) =>
    [
        .. PodTemplateValidation.ValidateSelected(SpecPath, item.Spec.Selector, item.Spec.Template, "DaemonSet", "daemonset"),
        .. FieldRules.NotNegative(SpecPath.Child("minReadySeconds"), item.Spec.MinReadySeconds),
        .. Strategy(SpecPath.Child("updateStrategy"), item.Spec.UpdateStrategy),
        .. FieldRules.NotNegative(SpecPath.Child("revisionHistoryLimit"), item.Spec.RevisionHistoryLimit),
    ];

    public override Findings<FieldError> ValidateUpdate(DaemonSet item, DaemonSet old) =>
        [.. Validate(item), .. FieldRules.Unchanged(SpecPath.Child("selector"), item.Spec.Selector, old.Spec.Selector)];

    public override Findings<FieldError> ValidateStatusUpdate(DaemonSet item, DaemonSet old) => ReplicaStatusValidation.Of(item.Status, old.Status);

    public override IEnumerable<string> Warnings(DaemonSet item) => PodWarnings.Of(SpecPath.Child("template"), item.Spec.Template);

    private static Findings<FieldError> Strategy(FieldPath path, DaemonSetUpdateStrategy strategy)
    {
        if (strategy.Type != DaemonSetUpdateStrategyType.RollingUpdate)
        {
            return FieldRules.OneOf(path.Child("type"), strategy.Type, DaemonSetUpdateStrategyType.RollingUpdate, DaemonSetUpdateStrategyType.OnDelete);
        }

        var rolling = path.Child("rollingUpdate");
        if (strategy.RollingUpdate is not { } update)
        {
            return [FieldError.Required(rolling)];
        }

        var (unavailable, surge) = (rolling.Child("maxUnavailable"), rolling.Child("maxSurge"));
        return
        [
            .. FieldRules.NumberOrPercent(unavailable, update.MaxUnavailable),
            .. FieldRules.If(Percent.IsMoreThanAll(update.MaxUnavailable), () => FieldError.Invalid(unavailable, update.MaxUnavailable, "must not be greater than 100%")),
            .. FieldRules.NumberOrPercent(surge, update.MaxSurge),
            .. FieldRules.If(Percent.IsMoreThanAll(update.MaxSurge), () => FieldError.Invalid(surge, update.MaxSurge, "must not be greater than 100%")),
            .. (Percent.IsNone(update.MaxUnavailable), Percent.IsNone(update.MaxSurge)) switch
            {
                (true, true) => [FieldError.Required(unavailable, "cannot be 0 when maxSurge is 0")],
                (false, false) => [FieldError.Invalid(surge, update.MaxSurge, "may not be set when maxUnavailable is non-zero")],
                _ => Findings<FieldError>.None,
            },
        ];
    }
}
