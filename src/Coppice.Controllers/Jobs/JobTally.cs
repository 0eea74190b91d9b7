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
    /// <summary>No more than so many uids are noted at a time, as in Kubernetes: they take 20 KB. The others are noted when these are counted.</summary>
    private const int NotedMax = 500;

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
            LastFailed = FailedIndexes is { } failed ? LastOfIndexes(failed) : LastFailed;
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

    /// <summary>
    /// Where indexes fail by themselves, the last failed pod of each that is to be tried again: it says how often that was, and is kept
    /// until another pod says so.
    /// </summary>
    public IReadOnlyDictionary<int, Pod> LastFailed { get; } = new Dictionary<int, Pod>();

    public int Succeeded => JobPods.IsIndexed(_job) ? CompletedIndexes.Count : _job.Status.Succeeded + Before.Succeeded.Count + Ended.Count(JobPods.IsSucceeded);

    public int Failed => _job.Status.Failed + Before.Failed.Count + Ended.Count(Counts);

    private UncountedTerminatedPods Before => _job.Status.UncountedTerminatedPods ?? new();

    /// <summary>What of it is written now.</summary>
    /// <param name="keepsLast">Whether indexes may be tried again.</param>
    public JobCount Count(bool keepsLast)
    {
        var kept = keepsLast ? LastFailed.Values.Select(pod => pod.Metadata.Uid!).ToHashSet(StringComparer.Ordinal) : [];
        var room = Math.Max(0, NotedMax - _noted.Count);
        var (succeeded, failed) = (new List<string>(Before.Succeeded), new List<string>(Before.Failed));
        var (taken, left) = (new List<Pod>(), new HashSet<string>(kept, StringComparer.Ordinal));
        foreach (var pod in Ended.Where(pod => !kept.Contains(pod.Metadata.Uid!)))
        {
            var notes = JobPods.IsSucceeded(pod) ? JobPods.IsIndexed(_job) ? null : succeeded : Counts(pod) ? failed : null;
            if (notes is not null && room-- <= 0)
            {
                left.Add(pod.Metadata.Uid!);
                continue;
            }

            notes?.Add(pod.Metadata.Uid!);
            taken.Add(pod);
        }

        return new(
            new() { Succeeded = succeeded.ToValueList(), Failed = failed.ToValueList() },
            JobPods.IsIndexed(_job) ? CompletedIndexes.Count : _job.Status.Succeeded + succeeded.Count,
            _job.Status.Failed + failed.Count,
            taken,
            [.. Pods.Where(pod => IsOver(pod) && !left.Contains(pod.Metadata.Uid!))],
            taken.Count == Ended.Count);
    }

    /// <summary>Tracked, and in a count or a note, or to be in one or in none.</summary>
    private bool IsOver(Pod pod) =>
        JobPods.IsTracked(pod) && (_noted.Contains(pod.Metadata.Uid!) || JobPods.IsSucceeded(pod) || JobPods.IsFailed(_job, pod));

    private bool IsToBeCounted(Pod pod) => IsOver(pod) && !_noted.Contains(pod.Metadata.Uid!);

    /// <summary>A failure of an index that is none of the Job's is nobody's.</summary>
    private bool Counts(Pod pod) => Failures.TryGetValue(pod.Metadata.Uid!, out var meaning)
        && meaning.Action != PodFailurePolicyAction.Ignore
        && (!JobPods.IsIndexed(_job) || JobPods.IndexOf(_job, pod) is not null);

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
                    || (meaning.Action != PodFailurePolicyAction.Ignore && JobPods.FailuresBefore(pod).Counted >= perIndex)))
            .Select(pod => JobPods.IndexOf(_job, pod))
            .OfType<int>();
        return (completed, IndexSet.Of(IndexSet.Read(_job.Status.FailedIndexes, limit).All.Concat(failed).Where(index => !completed.Contains(index))));
    }

    private Dictionary<int, Pod> LastOfIndexes(IndexSet failed)
    {
        var living = Active.Select(pod => JobPods.IndexOf(_job, pod)).OfType<int>().ToHashSet();
        return Ended
            .Where(pod => JobPods.IsFailed(_job, pod))
            .Select(pod => (Index: JobPods.IndexOf(_job, pod), Pod: pod))
            .Where(one => one.Index is { } index && !living.Contains(index) && !CompletedIndexes.Contains(index) && !failed.Contains(index))
            .GroupBy(one => one.Index!.Value, one => one.Pod)
            .ToDictionary(group => group.Key, group => group.MaxBy(pod => (JobPods.FailuresBefore(pod).All, JobPods.FinishedAt(pod) ?? default))!);
    }
}

/// <param name="Uncounted">What is noted.</param>
/// <param name="Succeeded">As it is once that is counted.</param>
/// <param name="Failed">Likewise.</param>
/// <param name="Ended">The pods that come to be noted now, or that need no note.</param>
/// <param name="Released">Tracked pods whose finalizer may go once the note is written.</param>
/// <param name="IsWhole">Nothing is left to be counted another time.</param>
internal sealed record JobCount(
    UncountedTerminatedPods Uncounted, int Succeeded, int Failed, IReadOnlyList<Pod> Ended, IReadOnlyList<Pod> Released, bool IsWhole);
