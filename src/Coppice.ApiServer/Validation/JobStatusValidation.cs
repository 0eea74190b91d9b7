using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Validation;

/// <summary>What whoever looks after a Job reports of it: what is counted stays counted, and what is over stays over.</summary>
internal static class JobStatusValidation
{
    private static readonly FieldPath Path = FieldPath.Of("status");

    private static readonly string[] Lasting = [JobConditionType.Failed, JobConditionType.Complete, JobConditionType.FailureTarget];

    public static Findings<FieldError> Validate(Job item, Job old)
    {
        var (status, before) = (item.Status, old.Status);
        return
        [
            .. FieldRules.NotNegative(Path.Child("active"), status.Active),
            .. FieldRules.NotNegative(Path.Child("succeeded"), status.Succeeded),
            .. FieldRules.NotNegative(Path.Child("failed"), status.Failed),
            .. FieldRules.NotNegative(Path.Child("ready"), status.Ready),
            .. FieldRules.NotNegative(Path.Child("terminating"), status.Terminating),
            .. Uncounted(Path.Child("uncountedTerminatedPods"), status.UncountedTerminatedPods),
            .. Conditions(item, old),
            .. Times(item, old),
            .. Finished(item, before),
            .. Indexes(item, before),
            .. FieldRules.If(
                status.Ready > status.Active && (status.Ready != before.Ready || status.Active != before.Active),
                () => FieldError.Invalid(Path.Child("ready"), status.Ready, "cannot set more ready pods than active")),
            .. FieldRules.If(
                status.Failed < before.Failed, () => FieldError.Invalid(Path.Child("failed"), status.Failed, "cannot decrease the failed counter")),
            .. FieldRules.If(
                status.Succeeded < before.Succeeded && !(IsIndexed(item) && item.Spec.Completions == item.Spec.Parallelism),
                () => FieldError.Invalid(Path.Child("succeeded"), status.Succeeded, "cannot decrease the succeeded counter")),
        ];
    }

    private static bool IsIndexed(Job item) => item.Spec.CompletionMode == CompletionMode.Indexed;

    private static Findings<FieldError> Uncounted(FieldPath path, UncountedTerminatedPods? pods)
    {
        var errors = Findings<FieldError>.None;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (at, uids) in pods is null ? [] : new[] { (path.Child("succeeded"), pods.Succeeded), (path.Child("failed"), pods.Failed) })
        {
            for (var i = 0; i < uids.Count; i++)
            {
                if (uids[i].Length == 0)
                {
                    errors.Add(FieldError.Invalid(at.Index(i), "", "must not be empty"));
                }
                else if (!seen.Add(uids[i]))
                {
                    errors.Add(FieldError.Duplicate(at.Index(i), uids[i]));
                }
            }
        }

        return errors;
    }

    private static Findings<FieldError> Conditions(Job item, Job old)
    {
        var errors = Findings<FieldError>.None;
        var (complete, failed) = (Is(JobConditionType.Complete), Is(JobConditionType.Failed));
        var (target, met) = (Is(JobConditionType.FailureTarget), Is(JobConditionType.SuccessCriteriaMet));
        if (Changed(JobConditionType.Complete, JobConditionType.Failed, JobConditionType.FailureTarget, JobConditionType.SuccessCriteriaMet))
        {
            Refuse(complete && failed, "cannot set Complete=True and Failed=true conditions");
            Refuse(complete && target, "cannot set Complete=True and FailureTarget=true conditions");
            Refuse(failed && !target, "cannot set Failed=True condition without the FailureTarget=true condition");
            Refuse(complete && !met, "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
        }

        Refuse(met && failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
        Refuse(met && target, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        foreach (var type in Lasting)
        {
            Refuse(JobConditions.IsTrue(old.Status, type) && !Is(type), $"cannot disable the terminal {type}=True condition");
        }

        Refuse(JobConditions.IsTrue(old.Status, JobConditionType.SuccessCriteriaMet) && !met, "cannot disable the SuccessCriteriaMet=True condition");
        return errors;

        bool Is(string type) => JobConditions.IsTrue(item.Status, type);

        bool Changed(params ReadOnlySpan<string> types)
        {
            foreach (var type in types)
            {
                if (Is(type) != JobConditions.IsTrue(old.Status, type))
                {
                    return true;
                }
            }

            return false;
        }

        void Refuse(bool wrong, string why) =>
            errors.AddRange(FieldRules.If(wrong, () => FieldError.Invalid(Path.Child("conditions"), FieldError.NoValue, why)));
    }

    private static Findings<FieldError> Times(Job item, Job old)
    {
        var (status, before) = (item.Status, old.Status);
        var at = Path.Child("completionTime");
        var isComplete = JobConditions.IsTrue(status, JobConditionType.Complete);
        var hasChanged = status.CompletionTime != before.CompletionTime || isComplete != JobConditions.IsTrue(before, JobConditionType.Complete);
        var hasMoved = status.StartTime != before.StartTime;
        return
        [
            .. FieldRules.If(
                hasChanged && status.CompletionTime is not null && !isComplete,
                () => FieldError.Invalid(at, Shown(status.CompletionTime), "cannot set completionTime when there is no Complete=True condition")),
            .. FieldRules.If(
                hasChanged && status.CompletionTime is null && isComplete, () => FieldError.Required(at, "completionTime is required for Complete jobs")),
            .. FieldRules.If(
                (hasChanged || hasMoved) && status.CompletionTime < status.StartTime,
                () => FieldError.Invalid(at, Shown(status.CompletionTime), "completionTime cannot be set before startTime")),
            .. FieldRules.If(
                status.CompletionTime is not null && before.CompletionTime is not null && status.CompletionTime != before.CompletionTime,
                () => FieldError.Invalid(at, Shown(status.CompletionTime), "completionTime cannot be mutated")),
            .. FieldRules.If(
                hasMoved && before.StartTime is not null && item.Spec.Suspend != true && !IsResumed(status, before),
                () => FieldError.Required(Path.Child("startTime"), "startTime cannot be removed for unsuspended job")),
        ];
    }

    private static bool IsResumed(JobStatus status, JobStatus before) =>
        JobConditions.IsTrue(before, JobConditionType.Suspended) && !JobConditions.IsTrue(status, JobConditionType.Suspended);

    private static string? Shown(DateTimeOffset? time) => time is { } at ? ApiTime.Write(at) : null;

    private static Findings<FieldError> Finished(Job item, JobStatus before)
    {
        var status = item.Status;
        var isNew = !JobConditions.IsFinished(before);
        if (!JobConditions.IsFinished(status))
        {
            return [];
        }

        return
        [
            .. FieldRules.If(
                status.Active > 0 && (isNew || status.Active != before.Active),
                () => FieldError.Invalid(Path.Child("active"), status.Active, "active>0 is invalid for finished job")),
            .. FieldRules.If(
                status.StartTime is null && (isNew || before.StartTime is not null) && item.Spec is not { Suspend: true, Completions: 0 },
                () => FieldError.Required(Path.Child("startTime"), "startTime is required for finished job")),
            .. FieldRules.If(
                status.UncountedTerminatedPods is { } pods && pods.Failed.Count + pods.Succeeded.Count > 0 && (isNew || pods != before.UncountedTerminatedPods),
                () => FieldError.Invalid(
                    Path.Child("uncountedTerminatedPods"), status.UncountedTerminatedPods, "uncountedTerminatedPods needs to be empty for finished job")),
            .. FieldRules.If(
                status.Terminating > 0 && (isNew || status.Terminating != before.Terminating),
                () => FieldError.Invalid(Path.Child("terminating"), status.Terminating, "terminating>0 is invalid for finished job")),
        ];
    }

    private static Findings<FieldError> Indexes(Job item, JobStatus before)
    {
        var status = item.Status;
        var (completedAt, failedAt) = (Path.Child("completedIndexes"), Path.Child("failedIndexes"));
        var limit = item.Spec.Completions ?? 0;
        var completedWell = IndexSet.TryParse(status.CompletedIndexes, limit, out var completed, out var completedWhy);
        var failedWell = IndexSet.TryParse(status.FailedIndexes, limit, out var failed, out var failedWhy);
        if (status.CompletedIndexes == before.CompletedIndexes && status.FailedIndexes == before.FailedIndexes)
        {
            return [];
        }

        return
        [
            .. FieldRules.If(
                item.Spec.Completions is not null && !completedWell,
                () => FieldError.Invalid(completedAt, status.CompletedIndexes, $"error parsing completedIndexes: {completedWhy}")),
            .. FieldRules.If(
                item.Spec is { Completions: not null, BackoffLimitPerIndex: not null } && !failedWell,
                () => FieldError.Invalid(failedAt, status.FailedIndexes, $"error parsing failedIndexes: {failedWhy}")),
            .. FieldRules.If(
                !string.IsNullOrEmpty(status.CompletedIndexes) && !IsIndexed(item),
                () => FieldError.Invalid(completedAt, status.CompletedIndexes, "cannot set non-empty completedIndexes when non-indexed completion mode")),
            .. FieldRules.If(
                item.Spec.BackoffLimitPerIndex is null && status.FailedIndexes is not null,
                () => FieldError.Invalid(failedAt, status.FailedIndexes, "cannot set non-null failedIndexes when backoffLimitPerIndex is null")),
            .. FieldRules.If(
                completed.Overlap(failed) is not null,
                () => FieldError.Invalid(failedAt, status.FailedIndexes, $"failedIndexes and completedIndexes overlap at index: {completed.Overlap(failed)}")),
        ];
    }
}
