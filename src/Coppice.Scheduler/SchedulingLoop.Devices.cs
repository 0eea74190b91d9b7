using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>What the loop writes to claims of devices.</summary>
public sealed partial class SchedulingLoop
{
    private void Withdraw(IReadOnlyList<PlannedClaim> claims)
    {
        if (claims.Count > 0)
        {
            _follower.LearnDevices(devices => devices.Withdraw(claims));
        }
    }

    /// <summary>What was chosen for the pod's claims is written to them; the pod waits for more.</summary>
    private async Task WriteClaimsAsync(QueuedPod queued, string node, IReadOnlyList<PlannedClaim> claims, CancellationToken stop)
    {
        await NominateAsync(queued.Pod, node, stop);
        try
        {
            await ReserveAsync(queued.Pod, claims, stop);
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException or ClaimChangedException)
        {
            LogNotReserved(queued.Info.Key.ToString(), e.Message);
            _inbox.Put(() =>
            {
                Withdraw(claims);
                GiveUpNode(queued, stop);
            });
        }
    }

    /// <summary>The devices of the pod's claim are where it cannot run: without them, the claim may get others elsewhere.</summary>
    private async Task GiveBackAsync(QueuedPod queued, ResourceClaim claim, string message, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await _devices.GiveBackAsync(claim, stop);
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            // Somebody else has changed it, which wakes the pod, or it is tried again with the pod.
            LogNotReserved(queued.Info.Key.ToString(), e.Message);
        }

        await ReportAsync(queued.Pod, "Unschedulable", message, "", stop);
    }

    /// <summary>A scheduler that died has left a claim with devices and told nobody: without it, the pod gets another one.</summary>
    private async Task ClearAsync(QueuedPod queued, ResourceClaim leftover, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await _devices.ClearAsync(queued.Pod, leftover, stop);
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            LogNotReserved(queued.Info.Key.ToString(), e.Message);
        }

        // What was done wakes it at once; where that was nothing, it is looked at again after a pause.
        _inbox.Put(() =>
        {
            if (_queue.Find(queued.Info.Key) is { } waiting)
            {
                _queue.AddFailed(waiting);
            }
        });
    }

    private async ValueTask ReserveAsync(Pod pod, IReadOnlyList<PlannedClaim> claims, CancellationToken stop)
    {
        if (claims.Count > 0)
        {
            var written = await _devices.ReserveAsync(pod, claims, stop);
            _inbox.Put(() => _follower.LearnWritten(written));
        }
    }
}
