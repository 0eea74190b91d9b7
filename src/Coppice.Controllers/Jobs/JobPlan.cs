using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>A pod to be made.</summary>
/// <param name="Before">How often its index has failed before, where that is counted.</param>
internal readonly record struct JobReplica(int? Index, IndexFailures? Before);

/// <summary>How many pods of an index have failed.</summary>
/// <param name="Ignored">Those that count for nothing but the pause after them.</param>
internal readonly record struct IndexFailures(int Counted, int Ignored)
{
    public int All => Counted + Ignored;
}

/// <summary>Something to be told of a Job.</summary>
internal readonly record struct JobNews(string Type, string Reason, string Message);

/// <param name="Noted">The status in which every pod that has ended is noted; written first.</param>
/// <param name="Release">Pods whose finalizer is taken off then.</param>
/// <param name="Delete">Where the Job goes on, pods that are no longer wanted and count for nothing; where it ends, those that fail by that.</param>
/// <param name="IsEnding">Whether the Job ends.</param>
/// <param name="Counted">The status in which those are counted; written last.</param>
/// <param name="BackOff">As it is once all that has ended is noted.</param>
/// <param name="NextLookAt">When something is due by the mere passing of time.</param>
internal sealed record JobPlan(
    JobStatus Noted,
    IReadOnlyList<Pod> Release,
    IReadOnlyList<Pod> Delete,
    bool IsEnding,
    IReadOnlyList<JobReplica> Create,
    JobStatus Counted,
    JobBackOff BackOff,
    IReadOnlyList<JobNews> News,
    DateTimeOffset? NextLookAt);
