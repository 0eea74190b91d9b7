using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Kinds.Batch;

/// <summary>Jobs: each knows its pods by its own uid, unless somebody wants to know better.</summary>
internal sealed class JobStrategy : KindStrategy<Job>
{
    private const int BackoffLimit = 6;

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override Job Default(Job item)
    {
        var spec = Default(item.Spec);
        return item with
        {
            Metadata = item.Metadata.Labels.IsEmpty ? item.Metadata with { Labels = spec.Template.Metadata.Labels } : item.Metadata,
            Spec = spec with
            {
                Completions = spec is { Completions: null, Parallelism: null } ? 1 : spec.Completions,
                Parallelism = spec.Parallelism ?? 1,
                BackoffLimit = spec.BackoffLimit ?? (spec.BackoffLimitPerIndex is null ? BackoffLimit : int.MaxValue),
                CompletionMode = spec.CompletionMode ?? CompletionMode.NonIndexed,
                Suspend = spec.Suspend ?? false,
                PodReplacementPolicy = spec.PodReplacementPolicy
                    ?? (spec.PodFailurePolicy is null ? PodReplacementPolicy.TerminatingOrFailed : PodReplacementPolicy.Failed),
            },
        };
    }

    /// <summary>What is left to us also where a Job is only a template.</summary>
    public static JobSpec Default(JobSpec spec) => spec with
    {
        Template = PodDefaults.Default(spec.Template),
        PodFailurePolicy = spec.PodFailurePolicy is { } policy
            ? new() { Rules = policy.Rules.ConvertAll(rule => rule with { OnPodConditions = rule.OnPodConditions.ConvertAll(one => one with { Status = one.Status ?? ConditionStatus.True }) }) }
            : null,
    };

    public override Job PrepareForCreate(Job item) => WithSelector(item) with { Metadata = FirstGeneration(item), Status = new() };

    public override Job PrepareForUpdate(Job item, Job old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override Job PrepareForStatusUpdate(Job item, Job old) => item with { Spec = old.Spec, Metadata = StatusMetadata(item, old) };

    public override Findings<FieldError> Validate(Job item) =>
    [
        .. JobValidation.GeneratedSelector(item),
        .. ValidateSpec(item.Spec),
        .. JobValidation.HostNames(item),
    ];

    public override Findings<FieldError> ValidateUpdate(Job item, Job old) => [.. ValidateSpec(item.Spec), .. JobUpdateValidation.Validate(item, old)];

    public override Findings<FieldError> ValidateStatusUpdate(Job item, Job old) => JobStatusValidation.Validate(item, old);

    public override IEnumerable<string> Warnings(Job item) => Warnings(SpecPath, item.Spec);

    public override IEnumerable<string> WarningsOnCreate(Job item) => PodWarnings.OfMaker(item.Metadata.Name);

    /// <summary>Also of the Jobs that a CronJob makes.</summary>
    public static IEnumerable<string> Warnings(FieldPath path, JobSpec spec) =>
    [
        .. spec is { CompletionMode: CompletionMode.Indexed, Completions: > 100_000, Parallelism: > 10_000 }
            ? [$"{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail"]
            : (string[])[],
        .. PodWarnings.Of(path.Child("template"), spec.Template),
    ];

    private static Findings<FieldError> ValidateSpec(JobSpec spec) =>
    [
        .. JobValidation.Spec(SpecPath, spec),
        .. spec.Selector is { } selector
            ? LabelValidation.Selector(SpecPath.Child("selector"), selector)
            : [FieldError.Required(SpecPath.Child("selector"))],
        .. FieldRules.If(
            spec.Selector is { } own && JobValidation.CannotSelect(own, spec.Template.Metadata.Labels),
            () => FieldError.Invalid(
                SpecPath.Child("template", "metadata", "labels"), spec.Template.Metadata.Labels, "`selector` does not match template `labels`")),
    ];

    /// <summary>Labels that no other Job's pods have, and the selector that asks for them.</summary>
    private static Job WithSelector(Job item)
    {
        if (item.Spec.ManualSelector == true)
        {
            return item;
        }

        var (name, uid) = (item.Metadata.Name ?? "", item.Metadata.Uid ?? "");
        var made = ValueMap.Of((JobLabels.OldJobName, name), (JobLabels.OldControllerUid, uid), (JobLabels.JobName, name), (JobLabels.ControllerUid, uid));
        var template = item.Spec.Template;
        var selector = item.Spec.Selector ?? new();
        return item with
        {
            Spec = item.Spec with
            {
                Template = template with { Metadata = template.Metadata with { Labels = made.With(template.Metadata.Labels) } },
                Selector = selector.MatchLabels.ContainsKey(JobLabels.ControllerUid)
                    ? selector
                    : selector with { MatchLabels = selector.MatchLabels.With(JobLabels.ControllerUid, uid) },
            },
        };
    }
}
