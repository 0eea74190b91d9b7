using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Changes the status of pods that others change too.</summary>
internal sealed class PodStatusWrites(IApiClient client)
{
    private const int Tries = 3;

    /// <summary>Looks first how the pod is now: what was written of it a moment ago may not be known yet.</summary>
    public async ValueTask ChangeLatestAsync(Pod pod, Func<Pod, PodStatus?> change, CancellationToken stop)
    {
        if (await client.FindAsync<Pod>(ObjectKey.Of(pod), stop) is { } now && now.Metadata.Uid == pod.Metadata.Uid)
        {
            await ChangeAsync(now, change, stop);
        }
    }

    /// <summary>Writes what a status is to become, unless it is so already, or the pod is gone.</summary>
    /// <param name="change">Null for nothing to write.</param>
    public async ValueTask ChangeAsync(Pod pod, Func<Pod, PodStatus?> change, CancellationToken stop)
    {
        var current = pod;
        for (var tries = 1; current is not null && current.Metadata.Uid == pod.Metadata.Uid && tries <= Tries; tries++)
        {
            if (change(current) is not { } status || status == current.Status)
            {
                return;
            }

            try
            {
                await client.UpdateStatusAsync(current with { Status = status }, stop);
                return;
            }
            catch (ApiException e) when (e.IsConflict)
            {
                current = await client.FindAsync<Pod>(ObjectKey.Of(pod), stop);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return;
            }
        }
    }
}
