using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What of a Job stays as it is.</summary>
internal static class JobUpdateValidation
{
    private static readonly FieldPath Path = FieldPath.Of("spec");

    public static Findings<FieldError> Validate(Job item, Job old) =>
    [
        .. Completions(item.Spec, old.Spec),
        .. FieldRules.Unchanged(Path.Child("selector"), item.Spec.Selector, old.Spec.Selector),
        .. FieldRules.Unchanged(Path.Child("template"), Kept(item, old), old.Spec.Template),
        .. FieldRules.Unchanged(Path.Child("completionMode"), item.Spec.CompletionMode, old.Spec.CompletionMode),
        .. FieldRules.Unchanged(Path.Child("podFailurePolicy"), item.Spec.PodFailurePolicy, old.Spec.PodFailurePolicy),
        .. FieldRules.Unchanged(Path.Child("backoffLimitPerIndex"), item.Spec.BackoffLimitPerIndex, old.Spec.BackoffLimitPerIndex),
        .. FieldRules.Unchanged(Path.Child("managedBy"), item.Spec.ManagedBy, old.Spec.ManagedBy),
        .. FieldRules.Unchanged(Path.Child("successPolicy"), item.Spec.SuccessPolicy, old.Spec.SuccessPolicy),
    ];

    /// <summary>An indexed Job whose pods all run at once may become a larger or smaller one of that sort.</summary>
    private static Findings<FieldError> Completions(JobSpec spec, JobSpec old)
    {
        var path = Path.Child("completions");
        return spec.CompletionMode != CompletionMode.Indexed ? FieldRules.Unchanged(path, spec.Completions, old.Completions)
            : spec.Completions == old.Completions || spec.Completions is null || spec.Completions == spec.Parallelism ? []
            : [FieldError.Invalid(path, spec.Completions, "can only be modified in tandem with spec.parallelism")];
    }

    /// <summary>
    /// The new template with all that may change taken from the old one: while no pod of a suspended Job runs, where they are to run, and
    /// what they request.
    /// </summary>
    private static PodTemplateSpec Kept(Job item, Job old)
    {
        var template = item.Spec.Template;
        var rests = old.Status.StartTime is null || (JobConditions.IsTrue(old.Status, JobConditionType.Suspended) && old.Status.Active == 0);
        if (old.Spec.Suspend != true || !rests)
        {
            return template;
        }

        var before = old.Spec.Template;
        return template with
        {
            Metadata = template.Metadata with { Labels = before.Metadata.Labels, Annotations = before.Metadata.Annotations },
            Spec = template.Spec with
            {
                NodeSelector = before.Spec.NodeSelector,
                Tolerations = before.Spec.Tolerations,
                SchedulingGates = before.Spec.SchedulingGates,
                Affinity = WithNodes(template.Spec.Affinity, before.Spec.Affinity),
                Containers = WithResources(template.Spec.Containers, before.Spec.Containers),
                InitContainers = WithResources(template.Spec.InitContainers, before.Spec.InitContainers),
            },
        };
    }

    private static ValueList<Container> WithResources(ValueList<Container> containers, ValueList<Container> old) =>
        containers.Count != old.Count ? containers : [.. containers.Select((container, i) => container with { Resources = old[i].Resources })];

    private static Affinity? WithNodes(Affinity? affinity, Affinity? old)
    {
        var kept = (affinity ?? new()) with { NodeAffinity = old?.NodeAffinity };
        return old is null && kept == new Affinity() ? null : kept;
    }
}
