using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>How a Job is to end.</summary>
/// <param name="Type">FailureTarget or SuccessCriteriaMet: what is said while its last pods go.</param>
internal sealed record JobEnd(string Type, string Reason, string Message)
{
    /// <summary>What is said when they are gone.</summary>
    public string Final => Type == JobConditionType.FailureTarget ? JobConditionType.Failed : JobConditionType.Complete;

    /// <summary>What ends a Job, as things are now; null while nothing does. What was decided once stays so.</summary>
    public static JobEnd? Of(Job job, JobTally tally, DateTimeOffset now) =>
        Decided(job, JobConditionType.FailureTarget) ?? Decided(job, JobConditionType.SuccessCriteriaMet)
        ?? (Failure(job, tally, now) is (var reason, var message) ? new JobEnd(JobConditionType.FailureTarget, reason, message) : null)
        ?? (Success(job, tally) is (var why, var words) ? new JobEnd(JobConditionType.SuccessCriteriaMet, why, words) : null);

    /// <summary>When a Job that runs has run for too long; null if it may run for ever.</summary>
    public static DateTimeOffset? Deadline(Job job) =>
        job is { Spec: { ActiveDeadlineSeconds: { } seconds, Suspend: not true }, Status.StartTime: { } start } ? start.After(Spans.Seconds(seconds)) : null;

    private static JobEnd? Decided(Job job, string type) =>
        JobConditions.Find(job.Status, type) is { Status: ConditionStatus.True } condition ? new(type, condition.Reason ?? "", condition.Message ?? "") : null;

    private static (string Reason, string Message)? Failure(Job job, JobTally tally, DateTimeOffset now)
    {
        var byRule = tally.Failures.Values.Where(meaning => meaning.Action == PodFailurePolicyAction.FailJob).Select(meaning => meaning.Message).FirstOrDefault();
        return byRule is not null ? ("PodFailurePolicy", byRule)
            : tally.Failed > job.Spec.BackoffLimit || HasRestartedTooOften(job, tally) ? ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
            : Deadline(job) <= now ? ("DeadlineExceeded", "Job was active longer than specified deadline")
            : tally.FailedIndexes is { Count: > 0 } failed ? FailedIndexes(job, tally, failed)
            : null;
    }

    private static (string Reason, string Message)? FailedIndexes(Job job, JobTally tally, IndexSet failed) =>
        failed.Count > job.Spec.MaxFailedIndexes ? ("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
        : failed.Count + tally.CompletedIndexes.Count >= job.Spec.Completions && tally.Active.Count == 0 ? ("FailedIndexes", "Job has failed indexes")
        : null;

    /// <summary>Pods that restart their containers themselves fail by that.</summary>
    private static bool HasRestartedTooOften(Job job, JobTally tally)
    {
        if (job.Spec.Template.Spec.RestartPolicy != RestartPolicy.OnFailure)
        {
            return false;
        }

        var restarts = tally.Active
            .Where(pod => pod.Status.Phase is PodPhase.Running or PodPhase.Pending)
            .Sum(pod => pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses).Sum(status => (long)status.RestartCount));
        return restarts > 0 && restarts >= job.Spec.BackoffLimit;
    }

    private static (string Reason, string Message)? Success(Job job, JobTally tally)
    {
        if (job.Spec.SuccessPolicy is { } policy && JobPods.IsIndexed(job))
        {
            for (var i = 0; i < policy.Rules.Count; i++)
            {
                if (IsMet(policy.Rules[i], tally.CompletedIndexes, job.Spec.Completions ?? 0))
                {
                    return ("SuccessPolicy", $"Matched rules at index {i}");
                }
            }
        }

        // Without a number, the first that ends well tells the others to end too, and all is well when they have.
        var isEnough = job.Spec.Completions is { } completions
            ? tally.Succeeded >= completions
            : tally.Succeeded > 0 && tally.Active.Count == 0;
        return isEnough || job.Spec.Completions == 0 ? ("CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    private static bool IsMet(SuccessPolicyRule rule, IndexSet completed, int limit)
    {
        if (rule.SucceededIndexes is not { } text)
        {
            return completed.Count >= (rule.SucceededCount ?? limit);
        }

        var wanted = IndexSet.Read(text, limit);
        return wanted.All.Count(completed.Contains) >= (rule.SucceededCount ?? wanted.Count);
    }
}
