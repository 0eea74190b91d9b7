using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>
/// Writes a pod's status to the API without holding up the work: one write at a time, always of the newest; what was overtaken while
/// a write was on its way is never sent.
/// </summary>
/// <param name="start">Told what is written; null where nobody measures it.</param>
internal sealed class StatusPublisher(PodServices services, PodStart? start, CancellationToken stop)
{
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));

    private readonly Lock _gate = new();
    private Pod? _known;
    private Pod? _seen;
    private Wanted? _wanted;
    private bool _isWriting;

    /// <param name="pod">The newest pod that the API told of.</param>
    /// <param name="written">Called once the status, or a newer one, is in the API or nobody is left to tell; on any thread.</param>
    public void Publish(Pod pod, PodStatus status, Action? written = null)
    {
        lock (_gate)
        {
            // What a write of ours returned is newer than what was told before it; what is told anew is newer than both.
            if (!ReferenceEquals(pod, _seen))
            {
                _known = _seen = pod;
            }

            _wanted = new Wanted(status, written ?? _wanted?.Written);
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
        }

        _ = WriteAllAsync();
    }

    private async Task WriteAllAsync()
    {
        var pause = TimeSpan.Zero;
        try
        {
            while (Next() is var (pod, wanted))
            {
                if (await TryWriteAsync(pod, wanted))
                {
                    pause = TimeSpan.Zero;
                    continue;
                }

                pause = Pauses.Next(pause);
                await Task.Delay(pause, services.Time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next agent publishes from what it finds.
        }
    }

    private (Pod Pod, Wanted Wanted)? Next()
    {
        lock (_gate)
        {
            if (_wanted is { } wanted)
            {
                return (_known!, wanted);
            }

            _isWriting = false;
            return null;
        }
    }

    private async ValueTask<bool> TryWriteAsync(Pod pod, Wanted wanted)
    {
        try
        {
            var merged = Merge(wanted.Status, pod.Status);
            var answer = merged == pod.Status ? pod : await services.Api.UpdateStatusAsync(pod with { Status = merged }, stop);
            start?.Reported(wanted.Status);
            Done(pod, answer, wanted);
            return true;
        }
        catch (ApiException refused) when (refused.IsConflict)
        {
            return await RefreshAsync(pod, wanted);
        }
        catch (ApiException refused) when (refused.IsNotFound)
        {
            Done(pod, pod, wanted);
            return true;
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            PodLog.Failed(services.Log, ObjectKey.Of(pod), "writing its status", failed);
            return false;
        }
    }

    private async ValueTask<bool> RefreshAsync(Pod pod, Wanted wanted)
    {
        try
        {
            var newest = await services.Api.FindAsync<Pod>(ObjectKey.Of(pod), stop);
            if (newest is null || newest.Metadata.Uid != pod.Metadata.Uid)
            {
                Done(pod, pod, wanted);
            }
            else
            {
                lock (_gate)
                {
                    _known = newest;
                }
            }

            return true;
        }
        catch (ApiException refused) when (refused.IsForbidden)
        {
            // It was changed, and is no pod of this node: one of another node has its name by now. The watch will tell.
            return false;
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            PodLog.Failed(services.Log, ObjectKey.Of(pod), "writing its status", failed);
            return false;
        }
    }

    private void Done(Pod before, Pod answer, Wanted wanted)
    {
        Action? written = null;
        lock (_gate)
        {
            if (ReferenceEquals(_known, before))
            {
                _known = answer;
            }

            if (ReferenceEquals(_wanted, wanted))
            {
                written = wanted.Written;
                _wanted = null;
            }
        }

        written?.Invoke();
    }

    // Conditions of others (readiness gates, disruption) and the names of claims are theirs to write: the newest of them stay.
    private static PodStatus Merge(PodStatus own, PodStatus known) => own with
    {
        Conditions = PodConditionPlanner.Merge(own.Conditions, known.Conditions),
        NominatedNodeName = known.NominatedNodeName,
        ResourceClaimStatuses = known.ResourceClaimStatuses,
        ExtendedResourceClaimStatus = known.ExtendedResourceClaimStatus,
        QosClass = own.QosClass ?? known.QosClass,
    };

    private sealed record Wanted(PodStatus Status, Action? Written);
}
