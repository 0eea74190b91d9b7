using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What may change of a pod that exists: images, tolerations added, deadlines brought forward; by a door of its own, ephemeral containers added.</summary>
internal static class PodUpdateValidation
{
    private const string Frozen =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private static readonly FieldPath Path = FieldPath.Of("spec");

    public static Findings<FieldError> Validate(PodSpec spec, PodSpec old)
    {
        if (spec == old)
        {
            return [];
        }

        // Containers cannot come or go, which is said before anything else.
        if (Count("containers", spec.Containers, old.Containers) is { } error)
        {
            return [error];
        }

        if (Count("initContainers", spec.InitContainers, old.InitContainers) is { } initError)
        {
            return [initError];
        }

        return [.. Deadline(spec, old), .. Tolerations(spec, old), .. Gates(spec, old), .. Rest(spec, old)];
    }

    /// <summary>Whoever looks into a pod must find later what was done there: these containers are added only.</summary>
    public static Findings<FieldError> EphemeralContainers(PodSpec spec, PodSpec old)
    {
        var errors = Findings<FieldError>.None;
        var path = Path.Child("ephemeralContainers");
        foreach (var before in old.EphemeralContainers)
        {
            var now = spec.EphemeralContainers.FirstOrDefault(c => c.Name == before.Name);
            if (now != before)
            {
                errors.Add(FieldError.Forbidden(path, $"existing ephemeral containers \"{before.Name}\" may not be {(now is null ? "removed" : "changed")}\n"));
            }
        }

        return errors;
    }

    private static FieldError? Count(string field, ValueList<Container> containers, ValueList<Container> old) => containers.Count == old.Count
        ? null
        : FieldError.Forbidden(Path.Child(field), field == "containers" ? "pod updates may not add or remove containers" : "pod updates may not add or remove init containers");

    private static Findings<FieldError> Deadline(PodSpec spec, PodSpec old)
    {
        var path = Path.Child("activeDeadlineSeconds");
        return (spec.ActiveDeadlineSeconds, old.ActiveDeadlineSeconds) switch
        {
            ({ } seconds, { } before) when seconds > before =>
                [FieldError.Invalid(path, seconds, "must be less than or equal to previous value")],
            (null, not null) => [FieldError.Invalid(path, spec.ActiveDeadlineSeconds, "must not update from a positive integer to nil value")],
            _ => [],
        };
    }

    /// <summary>Tolerations may be added, and the time that one tolerates for may change.</summary>
    private static Findings<FieldError> Tolerations(PodSpec spec, PodSpec old)
    {
        var kept = spec.Tolerations.Select(t => t with { TolerationSeconds = null }).ToHashSet();
        return FieldRules.If(
            old.Tolerations.Any(t => !kept.Contains(t with { TolerationSeconds = null })),
            () => FieldError.Forbidden(Path.Child("tolerations"), "existing toleration can not be modified except its tolerationSeconds"));
    }

    /// <summary>Gates that keep a pod from being scheduled may only be opened.</summary>
    private static Findings<FieldError> Gates(PodSpec spec, PodSpec old) => FieldRules.If(
        spec.SchedulingGates.Any(g => !old.SchedulingGates.Contains(g)),
        () => FieldError.Forbidden(
            Path.Child("schedulingGates").Index(0), "only deletion is allowed, but found new scheduling gate"));

    /// <summary>With all that may change taken from the old pod, nothing may be left.</summary>
    private static Findings<FieldError> Rest(PodSpec spec, PodSpec old)
    {
        var gated = !old.SchedulingGates.IsEmpty;
        var allowed = spec with
        {
            Containers = WithImages(spec.Containers, old.Containers),
            InitContainers = WithImages(spec.InitContainers, old.InitContainers),
            ActiveDeadlineSeconds = old.ActiveDeadlineSeconds,
            Tolerations = old.Tolerations,
            SchedulingGates = old.SchedulingGates,
            NodeSelector = gated ? old.NodeSelector : spec.NodeSelector,
            Affinity = gated ? old.Affinity : spec.Affinity,
            TerminationGracePeriodSeconds = old.TerminationGracePeriodSeconds < 0 && spec.TerminationGracePeriodSeconds == 1
                ? old.TerminationGracePeriodSeconds
                : spec.TerminationGracePeriodSeconds,
        };
        return FieldRules.If(allowed != old, () => FieldError.Forbidden(Path, $"{Frozen}\n{SpecDifference.Of(allowed, old)}"));
    }

    private static ValueList<Container> WithImages(ValueList<Container> containers, ValueList<Container> old) =>
        containers.Select((c, i) => c with { Image = old[i].Image }).ToValueList();
}
