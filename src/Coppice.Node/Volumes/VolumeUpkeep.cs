using System.Threading.Channels;
using Coppice.Node.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Volumes;

/// <summary>
/// Keeps what pods see in their volumes as it is in the API: a change of a ConfigMap, a Secret, or the pod's own labels and annotations
/// is in the files at once. An audit now and then finds what no event told, and renews tokens in time.
/// </summary>
/// <remarks>
/// As in Kubernetes: with an optional object's end its files go; without one that is required the files stay, and the event FailedMount
/// says why they are no longer followed.
/// </remarks>
internal sealed partial class VolumeUpkeep(NodeAgentOptions options, PodServices services)
{
    // A wake says which pods to look at; of all that came in since the last look, each pod is looked at once.
    private readonly Channel<Func<Pod, bool>> _wakes = Channel.CreateUnbounded<Func<Pod, bool>>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>A pod is new here, has changed, or is gone. From any thread.</summary>
    public void Wake(string podUid) => _wakes.Writer.TryWrite(pod => pod.Metadata.Uid == podUid);

    /// <summary>Runs until stopped.</summary>
    /// <param name="mounted">The pods of this node that are not on their way out, as the API has them. Asked from the loop.</param>
    public async Task RunAsync(Func<IReadOnlyList<Pod>> mounted, CancellationToken stop)
    {
        var objects = new MountedObjects(services.Api, Wake, services.Time, services.Log);
        var auditing = AuditNowAndThenAsync(stop);
        try
        {
            while (await _wakes.Reader.WaitToReadAsync(stop))
            {
                var wakes = new List<Func<Pod, bool>>();
                while (_wakes.Reader.TryRead(out var wake))
                {
                    wakes.Add(wake);
                }

                var pods = mounted();
                objects.Follow(new SortedSet<VolumeObject>(pods.SelectMany(VolumeObject.Of)), stop);
                await Task.WhenAll(pods.Where(pod => wakes.Any(wake => wake(pod))).Select(pod => RefreshAsync(pod, stop)));
            }
        }
        finally
        {
            await objects.EndAsync();
            await auditing;
        }
    }

    private void Wake(VolumeObject changed) => _wakes.Writer.TryWrite(pod => VolumeObject.Of(pod).Contains(changed));

    private async Task AuditNowAndThenAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(options.VolumeAuditPeriod, services.Time, stop);
                _wakes.Writer.TryWrite(_ => true);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    private async Task RefreshAsync(Pod pod, CancellationToken stop)
    {
        try
        {
            await services.Ground.RefreshVolumesAsync(pod, stop);
        }
        catch (PodGroundException failed)
        {
            services.Events.Record(pod, "Warning", failed.Reason, failed.Message);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            // What is there stays; the next change or audit tries again.
            LogRefreshFailed(services.Log, ObjectKey.Of(pod), failed.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The volumes of pod {Pod} could not be brought up to date: {Why}")]
    private static partial void LogRefreshFailed(ILogger log, ObjectKey pod, string why);
}
