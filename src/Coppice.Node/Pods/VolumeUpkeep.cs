using System.Threading.Channels;
using Coppice.Client;
using Coppice.Node.Volumes;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Pods;

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
    private readonly Channel<Wake> _wakes = Channel.CreateUnbounded<Wake>(new UnboundedChannelOptions { SingleReader = true });

    // Touched by the loop alone: the pods that have volumes here or may get some, by their uids, and who is filled from what. A wake costs
    // what it touches, not what the node holds.
    private readonly SortedDictionary<string, Pod> _pods = new(StringComparer.Ordinal);
    private readonly SortedDictionary<VolumeObject, SortedSet<string>> _filled = [];

    private abstract record Wake
    {
        /// <param name="Now">Null once it is on its way out.</param>
        public sealed record PodChanged(string Uid, Pod? Now) : Wake;

        public sealed record ObjectChanged(VolumeObject Object) : Wake;

        public sealed record AuditDue : Wake;
    }

    /// <summary>A pod of this node is new, has changed, or is gone. Called for one change after another.</summary>
    public void Take(ObjectChange<Pod> change)
    {
        if (ShowsInVolumes(change))
        {
            _wakes.Writer.TryWrite(new Wake.PodChanged(change.Item.Metadata.Uid ?? "", change.New is { } now && IsMounted(now) ? now : null));
        }
    }

    /// <summary>Runs until stopped.</summary>
    /// <param name="find">The newest of a pod.</param>
    public async Task RunAsync(Func<ObjectKey, Pod?> find, CancellationToken stop)
    {
        var objects = new MountedObjects(services.Api, one => _wakes.Writer.TryWrite(new Wake.ObjectChanged(one)), services.Time, services.Log);
        var auditing = AuditNowAndThenAsync(stop);
        try
        {
            while (await _wakes.Reader.WaitToReadAsync(stop))
            {
                // Of all that came in since the last look, each pod is looked at once.
                var due = new SortedSet<string>(StringComparer.Ordinal);
                var touched = new SortedSet<VolumeObject>();
                while (_wakes.Reader.TryRead(out var wake))
                {
                    due.UnionWith(Learn(wake, touched));
                }

                foreach (var one in touched)
                {
                    objects.Follow(one, _filled.ContainsKey(one), stop);
                }

                var pods = due.Where(_pods.ContainsKey).Select(uid => find(ObjectKey.Of(_pods[uid])) is { } pod && pod.Metadata.Uid == uid ? pod : _pods[uid]);
                await Task.WhenAll(pods.ToList().Select(pod => RefreshAsync(pod, stop)));
            }
        }
        finally
        {
            await objects.EndAsync();
            await auditing;
        }
    }

    // What has no volumes here yet, or no more, is passed over when it comes to its files.
    private static bool IsMounted(Pod pod) => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed);

    private static bool ShowsInVolumes(ObjectChange<Pod> change) =>
        change.Old is not { } old || change.New is not { } now
        || old.Metadata.Labels != now.Metadata.Labels || old.Metadata.Annotations != now.Metadata.Annotations || IsMounted(old) != IsMounted(now);

    /// <param name="touched">Takes the objects that more or fewer pods are filled from now.</param>
    /// <returns>The pods to look at.</returns>
    private IEnumerable<string> Learn(Wake wake, SortedSet<VolumeObject> touched)
    {
        switch (wake)
        {
            case Wake.PodChanged(var uid, var now):
                Forget(uid, touched);
                if (now is not null)
                {
                    Remember(uid, now, touched);
                }

                return [uid];
            case Wake.ObjectChanged(var changed):
                return _filled.GetValueOrDefault(changed) ?? [];
            default:
                return _pods.Keys;
        }
    }

    private void Remember(string uid, Pod pod, SortedSet<VolumeObject> touched)
    {
        _pods[uid] = pod;
        foreach (var one in VolumeObject.Of(pod))
        {
            if (!_filled.TryGetValue(one, out var pods))
            {
                _filled[one] = pods = new SortedSet<string>(StringComparer.Ordinal);
                touched.Add(one);
            }

            pods.Add(uid);
        }
    }

    private void Forget(string uid, SortedSet<VolumeObject> touched)
    {
        if (!_pods.Remove(uid, out var pod))
        {
            return;
        }

        foreach (var one in VolumeObject.Of(pod))
        {
            if (_filled.TryGetValue(one, out var pods) && pods.Remove(uid) && pods.Count == 0)
            {
                _filled.Remove(one);
                touched.Add(one);
            }
        }
    }

    private async Task AuditNowAndThenAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(options.VolumeAuditPeriod, services.Time, stop);
                _wakes.Writer.TryWrite(new Wake.AuditDue());
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
            await services.HostResources.RefreshVolumesAsync(pod, stop);
        }
        catch (HostResourceException failed)
        {
            services.Events.Record(pod, "Warning", failed.Reason, failed.Message);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            // What is there stays; the next change or audit tries again.
            LogRefreshFailed(services.Log, ObjectKey.Of(pod), failed.Message);
        }
    }

    [LoggerMessage(3103, LogLevel.Warning, "The volumes of pod {Pod} could not be brought up to date: {Why}")]
    private static partial void LogRefreshFailed(ILogger log, ObjectKey pod, string why);
}
