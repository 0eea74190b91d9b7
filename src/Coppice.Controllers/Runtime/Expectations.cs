using System.Globalization;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// A reconciler that wrote waits until its cache shows the write, so that its next plan is not made on the world from before: made on
/// that, it would create the same pods twice.
/// </summary>
internal static class Expectations
{
    /// <summary>A cache that is behind for longer has lost its watch; going on is then no worse than waiting.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    public static ValueTask ExpectAsync<T>(this ObjectCache<T> cache, T written, TimeProvider time, CancellationToken stop) where T : KubernetesObject =>
        ExpectAsync(cache, written.Metadata.ResourceVersion, time, stop);

    /// <summary>Waits for the newest of several writes.</summary>
    public static ValueTask ExpectAllAsync<T>(this ObjectCache<T> cache, IEnumerable<T> written, TimeProvider time, CancellationToken stop)
        where T : KubernetesObject
    {
        var newest = written.Select(w => long.Parse(w.Metadata.ResourceVersion ?? "0", CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
        return ExpectAsync(cache, newest.ToString(CultureInfo.InvariantCulture), time, stop);
    }

    private static async ValueTask ExpectAsync<T>(ObjectCache<T> cache, string? revision, TimeProvider time, CancellationToken stop) where T : KubernetesObject
    {
        var seen = cache.WaitUntilSeenAsync(revision);
        if (seen.IsCompleted)
        {
            return;
        }

        // Task.WaitAsync and Task.WhenAny would go on by way of the thread pool, which the simulation could not order.
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = time.CreateTimer(_ => over.TrySetResult(), null, LongestWait, Timeout.InfiniteTimeSpan);
        using var stopping = stop.Register(() => over.TrySetCanceled(stop));
        _ = RelayAsync(seen, over);
        await over.Task;
    }

    private static async Task RelayAsync(Task seen, TaskCompletionSource over)
    {
        await seen;
        over.TrySetResult();
    }
}
