using Coppice.Client;
using Coppice.Node.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Fencing;

/// <summary>
/// Holds the workers of pods that must not run twice while the fence is shut: what ends is not started again, and none begins. When it is
/// open (again), each begins as soon as the API, asked anew, still has the pod: what the agent remembers may be from before somebody
/// else came in its place.
/// </summary>
public sealed class PodFencing(IApiClient api, Fence fence, TimeProvider time)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a pod waits for the server to know that it is guarded here: of a node that is lost before, it would be replaced by nobody. A
    /// guard takes a second to start on a busy machine; one that cannot start keeps nothing from running.
    /// </summary>
    private static readonly TimeSpan PromiseWithin = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Followed> _followed = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new();

    /// <summary>To be told of every worker before it runs.</summary>
    public void Follow(string uid, PodWorker worker)
    {
        if (!FencedPods.MayBe(worker.Pod))
        {
            return;
        }

        worker.OnHeld(true);
        lock (_gate)
        {
            _followed[uid] = new(worker);
        }

        Wake();
    }

    /// <summary>All that was there when the agent began has its worker now.</summary>
    public void Retain(IEnumerable<string> uids) => fence.Retain(uids);

    /// <summary>The worker has ended, and nothing of its pod is left.</summary>
    public void Forget(string uid)
    {
        lock (_gate)
        {
            _followed.Remove(uid);
        }

        fence.Remove(uid);
    }

    /// <summary>Until stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        fence.Changed += OnFenceChanged;
        fence.Promised += Wake;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var isDone = true;
                foreach (var (uid, one) in Held())
                {
                    isDone &= await TryReleaseAsync(uid, one, stop);
                }

                await WaitAsync(isDone ? Timeout.InfiniteTimeSpan : RetryPause, stop);
            }
        }
        finally
        {
            fence.Changed -= OnFenceChanged;
            fence.Promised -= Wake;
        }
    }

    // Not from the loop: it may wait for the API, which cannot be reached just then. Also when it opens: it may have been shut unseen.
    private void OnFenceChanged()
    {
        lock (_gate)
        {
            foreach (var one in _followed.Values.Where(one => one.IsFenced == true))
            {
                one.IsHeld = true;
                one.Worker.OnHeld(true);
            }
        }

        Wake();
    }

    private List<KeyValuePair<string, Followed>> Held()
    {
        lock (_gate)
        {
            return [.. _followed.Where(one => one.Value.IsHeld)];
        }
    }

    /// <returns>False to try again soon. What waits for the fence is tried when that opens.</returns>
    private async ValueTask<bool> TryReleaseAsync(string uid, Followed one, CancellationToken stop)
    {
        var opening = fence.Openings;
        try
        {
            one.IsFenced ??= FencedPods.Are(one.Worker.Pod, await ClaimsAsync(one.Worker.Pod, stop));
            if (one.IsFenced == true)
            {
                fence.Add(uid);
                if (!fence.IsOpen)
                {
                    return true;
                }

                if (!fence.IsPromised(uid) && time.GetElapsedTime(one.WaitsSince ??= time.GetTimestamp()) < PromiseWithin)
                {
                    return false;
                }

                // Gone, or another of its name: its removal is on the way to us.
                if ((await api.FindAsync<Pod>(ObjectKey.Of(one.Worker.Pod), stop))?.Metadata.Uid != uid)
                {
                    return true;
                }
            }
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return false;
        }

        lock (_gate)
        {
            if (one.IsFenced == true && (!fence.IsOpen || fence.Openings != opening))
            {
                return false;
            }

            (one.IsHeld, one.WaitsSince) = (false, null);
            one.Worker.OnHeld(false);
            return true;
        }
    }

    private async ValueTask<IReadOnlyList<(PersistentVolumeClaim? Claim, PersistentVolume? Volume)>> ClaimsAsync(Pod pod, CancellationToken stop)
    {
        var found = new List<(PersistentVolumeClaim?, PersistentVolume?)>();
        foreach (var key in PodClaims.Of(pod))
        {
            var claim = await api.FindAsync<PersistentVolumeClaim>(key, stop);
            found.Add((claim, string.IsNullOrEmpty(claim?.Spec.VolumeName) ? null : await api.FindAsync<PersistentVolume>(new("", claim.Spec.VolumeName), stop)));
        }

        return found;
    }

    private void Wake()
    {
        lock (_gate)
        {
            _changed.TrySetResult();
        }
    }

    // Not Task.WhenAny with a delay, which a simulation could not order.
    private async Task WaitAsync(TimeSpan pause, CancellationToken stop)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            signal = _changed;
        }

        using var over = time.CreateTimer(_ => signal.TrySetResult(), null, pause, Timeout.InfiniteTimeSpan);
        using var stopping = stop.Register(() => signal.TrySetResult());
        await signal.Task;
        lock (_gate)
        {
            _changed = new();
        }
    }

    /// <summary>A pod that may have to be fenced.</summary>
    private sealed class Followed(PodWorker worker)
    {
        public PodWorker Worker { get; } = worker;

        /// <summary>Null until its claims were looked at.</summary>
        public bool? IsFenced { get; set; }

        public bool IsHeld { get; set; } = true;

        /// <summary>Since when nothing but the server's word was missing.</summary>
        public long? WaitsSince { get; set; }
    }
}
