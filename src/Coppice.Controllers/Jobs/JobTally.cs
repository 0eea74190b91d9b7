using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>
/// A Job's pods, counted. Each pod that has ended is counted once, whoever crashes when: its uid is noted in the status as uncounted
/// before its finalizer is taken off, and leaves that note in the same write in which it is counted.
/// </summary>
internal sealed class JobTally
{
    private readonly Job _job;
    private readonly HashSet<string> _noted;

    public JobTally(Job job, IReadOnlyList<Pod> pods, Func<Pod, bool> isGoing)
    {
        _job = job;
        var uncounted = job.Status.UncountedTerminatedPods ?? new();
        _noted = [.. uncounted.Succeeded, .. uncounted.Failed];
        Pods = pods;
        Active = [.. pods.Where(pod => !PodState.IsTerminal(pod) && !isGoing(pod))];
        Terminating = pods.Count(pod => !PodState.IsTerminal(pod) && isGoing(pod));
        Ready = Active.Count(PodState.IsReady);
        Ended = [.. pods.Where(IsToBeCounted)];
        Failures = Ended.Where(pod => JobPods.IsFailed(job, pod)).ToDictionary(pod => pod.Metadata.Uid!, pod => FailurePolicy.Of(job, pod));
        if (JobPods.IsIndexed(job))
        {
            (CompletedIndexes, FailedIndexes) = Indexes();
        }
    }

    public IReadOnlyList<Pod> Pods { get; }

    public IReadOnlyList<Pod> Active { get; }

    public int Terminating { get; }

    public int Ready { get; }

    /// <summary>Pods that have ended and are in no count and no note.</summary>
    public IReadOnlyList<Pod> Ended { get; }

    /// <summary>What each failed one of those means, by its uid.</summary>
    public IReadOnlyDictionary<string, FailureMeaning> Failures { get; }

    public IndexSet CompletedIndexes { get; } = IndexSet.Empty;

    /// <summary>Null where indexes do not fail by themselves.</summary>
    public IndexSet? FailedIndexes { get; }

    public UncountedTerminatedPods Uncounted => new()
    {
        Succeeded = JobPods.IsIndexed(_job)
            ? []
            : [.. Before.Succeeded, .. Ended.Where(JobPods.IsSucceeded).Select(pod => pod.Metadata.Uid!)],
        Failed = [.. Before.Failed, .. Ended.Where(Counts).Select(pod => pod.Metadata.Uid!)],
    };

    public int Succeeded => JobPods.IsIndexed(_job) ? CompletedIndexes.Count : _job.Status.Succeeded + Uncounted.Succeeded.Count;

    public int Failed => _job.Status.Failed + Uncounted.Failed.Count;

    /// <summary>Tracked pods that are in a count or a note, or are to be in none: their finalizer may go once the note is written.</summary>
    public IEnumerable<Pod> Released => Pods.Where(pod =>
        JobPods.IsTracked(pod) && (_noted.Contains(pod.Metadata.Uid!) || JobPods.IsSucceeded(pod) || JobPods.IsFailed(_job, pod)));

    private UncountedTerminatedPods Before => _job.Status.UncountedTerminatedPods ?? new();

    private bool IsToBeCounted(Pod pod) =>
        JobPods.IsTracked(pod) && !_noted.Contains(pod.Metadata.Uid!) && (JobPods.IsSucceeded(pod) || JobPods.IsFailed(_job, pod));

    private bool Counts(Pod pod) => Failures.TryGetValue(pod.Metadata.Uid!, out var meaning) && meaning.Action != PodFailurePolicyAction.Ignore;

    private (IndexSet Completed, IndexSet? Failed) Indexes()
    {
        var limit = _job.Spec.Completions ?? 0;
        var completed = IndexSet.Of(IndexSet.Read(_job.Status.CompletedIndexes, limit).All
            .Concat(Ended.Where(JobPods.IsSucceeded).Select(pod => JobPods.IndexOf(_job, pod)).OfType<int>()));
        if (_job.Spec.BackoffLimitPerIndex is not { } perIndex)
        {
            return (completed, null);
        }

        var failed = Ended
            .Where(pod => Failures.TryGetValue(pod.Metadata.Uid!, out var meaning)
                && (meaning.Action == PodFailurePolicyAction.FailIndex
                    || (meaning.Action != PodFailurePolicyAction.Ignore && JobPods.FailuresBefore(pod) >= perIndex)))
            .Select(pod => JobPods.IndexOf(_job, pod))
            .OfType<int>();
        return (completed, IndexSet.Of(IndexSet.Read(_job.Status.FailedIndexes, limit).All.Concat(failed).Where(index => !completed.Contains(index))));
    }
}
