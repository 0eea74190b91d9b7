using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>
/// The pause before a Job's next pod is made, as Kubernetes makes it: 10 s after the first failure since the last success, twice as long
/// with each more, 10 min at most. It is remembered, as the pods that failed may be gone by then.
/// </summary>
/// <param name="Failures">How many pods have failed since the last that ended well.</param>
/// <param name="LastAt">When the last of them did.</param>
internal sealed record JobBackOff(int Failures, DateTimeOffset? LastAt)
{
    public static readonly JobBackOff None = new(0, null);

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Until when nothing is made; null for at once.</summary>
    public DateTimeOffset? Until => LastAt is { } last && Failures > 0 ? last.After(PauseAfter(Failures)) : null;

    public static TimeSpan PauseAfter(int failures)
    {
        var pause = Shortest * Math.Pow(2, Math.Clamp(failures - 1, 0, 10));
        return pause < Longest ? pause : Longest;
    }

    /// <summary>
    /// The state after these pods have ended. One that merely goes has not failed. A failure dated in the future, by another machine's clock
    /// or before this one's was set back, counts from now.
    /// </summary>
    public JobBackOff After(IReadOnlyList<Pod> ended, DateTimeOffset now)
    {
        var after = After(ended);
        return after.LastAt > now ? after with { LastAt = now } : after;
    }

    private JobBackOff After(IReadOnlyList<Pod> ended)
    {
        var success = ended.Where(JobPods.IsSucceeded).Select(JobPods.FinishedAt).Max();
        var begin = ended.Any(JobPods.IsSucceeded) ? None : this;
        var failures = ended
            .Where(pod => pod.Status.Phase == PodPhase.Failed)
            .Select(JobPods.FinishedAt)
            .Where(at => at is not null && !(at <= success))
            .ToList();
        return failures.Count == 0 ? begin : new(begin.Failures + failures.Count, failures.Max());
    }
}
