using Coppice.Controllers.Replication;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>Which pods of a Job to make, to remove and to count, and what to say of it.</summary>
internal static class JobPlanner
{
    /// <param name="known">What was remembered of failures; null where nothing is, and the pods that are there have to tell.</param>
    public static JobPlan Plan(Job job, IReadOnlyList<Pod> pods, JobBackOff? known, Func<Pod, bool> isGoing, DateTimeOffset now)
    {
        var (started, news) = Begin(job, now);
        var tally = new JobTally(started, pods, isGoing);
        var end = JobEnd.Of(started, tally, now);
        var isSuspended = started.Spec.Suspend == true && end is null;
        var wanted = end is not null || isSuspended ? 0 : Wanted(started, tally);
        var count = tally.Count(keepsLast: end is null && started.Metadata.DeletionTimestamp is null);
        var backOff = known?.After(count.Ended, now) ?? JobBackOff.None.After([.. pods.Where(PodState.IsTerminal)], now);

        var delete = Surplus(started, tally, wanted, now);
        var (create, due) = end is null && !isSuspended && started.Metadata.DeletionTimestamp is null
            ? Missing(started, tally, wanted - (tally.Active.Count - delete.Count), backOff, now)
            : ([], null);

        var noted = Observe(started, tally, delete.Count) with { UncountedTerminatedPods = count.Uncounted };
        if (end is not null)
        {
            noted = Say(noted, end.Type, ConditionStatus.True, end.Reason, end.Message, now);
        }
        else if (isSuspended && tally.Active.Count == delete.Count)
        {
            noted = Say(noted, JobConditionType.Suspended, ConditionStatus.True, "JobSuspended", "Job suspended", now);
            news = IsTrue(started, JobConditionType.Suspended) ? news : [.. news, new("Normal", "Suspended", "Job suspended")];
            noted = noted with { StartTime = null };
        }

        var counted = noted with { Succeeded = count.Succeeded, Failed = count.Failed, UncountedTerminatedPods = new() };
        if (end is not null && tally.Active.Count == 0 && tally.Terminating == 0 && count.IsWhole)
        {
            counted = Finish(counted, end, now);
            news = [.. news, .. Ending(end, started, counted)];
        }

        var next = new[] { due, end is null ? JobEnd.Deadline(started) : null }.Where(at => at > now).Min();
        return new(noted, count.Released, delete, end is not null, create, counted, backOff, news, next);
    }

    /// <summary>The Job as it is from now on: begun, or resumed.</summary>
    private static (Job Job, IReadOnlyList<JobNews> News) Begin(Job job, DateTimeOffset now)
    {
        if (job.Spec.Suspend == true)
        {
            return (job, []);
        }

        var status = job.Status;
        IReadOnlyList<JobNews> news = [];
        if (IsTrue(job, JobConditionType.Suspended))
        {
            status = Say(status, JobConditionType.Suspended, ConditionStatus.False, "JobResumed", "Job resumed", now) with { StartTime = null };
            news = [new("Normal", "Resumed", "Job resumed")];
        }

        return (job with { Status = status with { StartTime = status.StartTime ?? ApiTime.Truncate(now) } }, news);
    }

    private static int Wanted(Job job, JobTally tally)
    {
        var parallelism = job.Spec.Parallelism ?? 1;
        return job.Spec.Completions is { } completions
            ? Math.Clamp(completions - tally.Succeeded - (tally.FailedIndexes?.Count ?? 0), 0, parallelism)
            : tally.Succeeded > 0 ? Math.Min(tally.Active.Count, parallelism) : parallelism;
    }

    /// <summary>Pods that are too many: first those whose index another one has, or none needs.</summary>
    private static List<Pod> Surplus(Job job, JobTally tally, int wanted, DateTimeOffset now)
    {
        if (job.Metadata.DeletionTimestamp is not null)
        {
            return [];
        }

        var byWorth = tally.Active.Order(new DeletionOrder(_ => 0, now)).ToList();
        List<Pod> surplus = [];
        if (JobPods.IsIndexed(job))
        {
            var seen = new HashSet<int>();
            surplus = [.. byWorth.AsEnumerable().Reverse().Where(pod => JobPods.IndexOf(job, pod) is not { } index || IsOver(tally, index) || !seen.Add(index))];
        }

        surplus.AddRange(byWorth.Except(surplus, ReferenceEqualityComparer.Instance).OfType<Pod>().Take(Math.Max(0, tally.Active.Count - surplus.Count - wanted)));
        return surplus;
    }

    private static bool IsOver(JobTally tally, int index) => tally.CompletedIndexes.Contains(index) || tally.FailedIndexes?.Contains(index) == true;

    /// <returns>What to make now, and when to look again for what has to wait.</returns>
    private static (IReadOnlyList<JobReplica> Create, DateTimeOffset? Due) Missing(Job job, JobTally tally, int missing, JobBackOff backOff, DateTimeOffset now)
    {
        // Who replaces only what has failed waits for those that go.
        missing -= job.Spec.PodReplacementPolicy == PodReplacementPolicy.Failed ? tally.Terminating : 0;
        missing = Math.Min(missing, ReplicationPlanner.Burst);
        if (missing <= 0)
        {
            return ([], null);
        }

        if (job.Spec.BackoffLimitPerIndex is null && backOff.Until is { } end && end > now)
        {
            return ([], end);
        }

        return JobPods.IsIndexed(job) ? MissingIndexes(job, tally, missing, now) : ([.. Enumerable.Repeat(default(JobReplica), missing)], null);
    }

    private static (IReadOnlyList<JobReplica> Create, DateTimeOffset? Due) MissingIndexes(Job job, JobTally tally, int missing, DateTimeOffset now)
    {
        var isCounted = job.Spec.BackoffLimitPerIndex is not null;
        var taken = tally.Active.Select(pod => JobPods.IndexOf(job, pod)).OfType<int>().ToHashSet();
        if (job.Spec.PodReplacementPolicy == PodReplacementPolicy.Failed)
        {
            taken.UnionWith(tally.Pods.Where(pod => !PodState.IsTerminal(pod)).Select(pod => JobPods.IndexOf(job, pod)).OfType<int>());
        }

        var create = new List<JobReplica>();
        DateTimeOffset? due = null;
        for (var index = 0; index < job.Spec.Completions && create.Count < missing; index++)
        {
            if (taken.Contains(index) || IsOver(tally, index))
            {
                continue;
            }

            var last = tally.LastFailed.GetValueOrDefault(index);
            if (last is not null && PauseEnd(job, last, now) is { } end && end > now)
            {
                due = due < end ? due : end;
                continue;
            }

            create.Add(new(index, !isCounted ? null : last is null ? default(IndexFailures) : JobPods.FailuresWith(job, last)));
        }

        return (create, due);
    }

    /// <summary>
    /// Until when an index is not tried again after its last pod; null after one that merely goes. Which pods are there is all that is known:
    /// one that ended further in the future than the pause is long did so before the clock was set back, and has waited enough.
    /// </summary>
    private static DateTimeOffset? PauseEnd(Job job, Pod last, DateTimeOffset now)
    {
        if (last.Status.Phase != PodPhase.Failed || JobPods.FinishedAt(last) is not { } finished)
        {
            return null;
        }

        var pause = JobBackOff.PauseAfter(JobPods.FailuresWith(job, last).All);
        return finished > now.After(pause) ? null : finished.After(pause);
    }

    private static JobStatus Observe(Job job, JobTally tally, int deleted) => job.Status with
    {
        Active = tally.Active.Count - deleted,
        Terminating = tally.Terminating + deleted,
        Ready = Math.Min(tally.Ready, tally.Active.Count - deleted),
        CompletedIndexes = tally.CompletedIndexes.Count > 0 ? tally.CompletedIndexes.ToString() : null,
        FailedIndexes = tally.FailedIndexes?.ToString(),
        Succeeded = JobPods.IsIndexed(job) ? tally.CompletedIndexes.Count : job.Status.Succeeded,
    };

    private static JobStatus Finish(JobStatus status, JobEnd end, DateTimeOffset now)
    {
        var over = Say(status, end.Final, ConditionStatus.True, end.Reason, end.Message, now);
        // A clock that was set back would have it end before it began, which the API takes from nobody.
        return end.Final == JobConditionType.Complete ? over with { CompletionTime = now < over.StartTime ? over.StartTime : ApiTime.Truncate(now) } : over;
    }

    private static IEnumerable<JobNews> Ending(JobEnd end, Job job, JobStatus status)
    {
        if (end.Final != JobConditionType.Complete)
        {
            return [new("Warning", end.Reason, end.Message)];
        }

        var completed = new JobNews("Normal", "Completed", "Job completed");
        return status.Succeeded > job.Spec.Completions ? [new("Warning", "TooManySucceededPods", "Too many succeeded pods recorded"), completed] : [completed];
    }

    private static bool IsTrue(Job job, string type) => JobConditions.IsTrue(job.Status, type);

    private static JobStatus Say(JobStatus status, string type, string value, string reason, string message, DateTimeOffset now)
    {
        if (JobConditions.Find(status, type) is { } said && said.Status == value)
        {
            return status;
        }

        var at = ApiTime.Truncate(now);
        return status.With(new JobCondition { Type = type, Status = value, LastProbeTime = at, LastTransitionTime = at, Reason = reason, Message = message });
    }
}
