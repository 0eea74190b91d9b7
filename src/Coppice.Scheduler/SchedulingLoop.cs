using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Client.Tracing;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Scheduler;

/// <summary>
/// Gives every pod that asks for it a node: 1. learn what changed, 2. take the next pod, 3. plan, 4. assume and bind, or say why not.
/// </summary>
/// <remarks>
/// One loop decides, pod after pod, and owns the cluster's state and the queue; caches only hand in what changed. Binding goes on beside
/// it, many pods at once: the next pod is planned as if it had succeeded. Nothing here polls: a change wakes the loop.
/// </remarks>
public sealed partial class SchedulingLoop
{
    private readonly IApiClient _client;
    private readonly SchedulerCaches _caches;
    private readonly SchedulerOptions _options;
    private readonly SteadyClock _clock;
    private readonly ILogger _log;
    private readonly ProfileSet _profiles;
    private readonly PodOutcome _outcome;
    private readonly Preemptions _preemptions;
    private readonly DeviceBinding _devices;
    private readonly DeviceWaits _deviceWaits;
    private readonly SchedulingQueue _queue;
    private readonly SchedulerFigures _figures;
    private readonly ClusterFollower _follower;
    private readonly ClusterState _cluster = new();
    private readonly Nominations _nominations = new();
    private readonly BindingWaits _volumeWaits = new();
    private readonly Inbox _inbox = new();
    private readonly HashSet<ObjectKey> _underway = [];
    private long _firstNode;
    private bool _isReady;

    /// <param name="caches">Not yet running: the loop subscribes to them here.</param>
    public SchedulingLoop(
        IApiClient client, SchedulerCaches caches, IEventRecorder events, SchedulerOptions options, TimeProvider time, ILogger log)
    {
        _client = client;
        _caches = caches;
        _options = options;
        _clock = new(time);
        _log = log;
        var statuses = new PodStatusWrites(client);
        _profiles = new(options.Profiles, events, client);
        _outcome = new(statuses, _profiles, time);
        _preemptions = new(client, statuses, _profiles, time);
        _figures = new(_clock);
        _devices = new(client, _figures, time);
        _queue = new(options, _figures, _clock);
        _deviceWaits = new(_cluster, _nominations, _queue, _outcome, _figures, _clock);
        _follower = new(_cluster, _queue, _nominations, _profiles);
        _follower.Follow(caches, learn => _inbox.Put(learn));
        caches.Storage.Claims.Subscribe(change => _inbox.Put(() => LearnClaim(change)));
    }

    /// <summary>What it has to tell, for whoever looks.</summary>
    public void WriteTo(MetricsText text) => _figures.WriteTo(text);

    /// <summary>Schedules until stopped, then waits for the bindings that are on their way.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var working = new HashSet<Task>();
        await using var alarm = _clock.CreateTimer(_ => _inbox.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var onStop = stop.Register(_inbox.Wake);
        _ = WaitForCachesAsync();
        while (!stop.IsCancellationRequested)
        {
            _inbox.Drain();

            // Asked after that: what woke the loop before it is forgotten, the stop among it.
            if (stop.IsCancellationRequested)
            {
                break;
            }

            EndVolumeWaits(stop);
            foreach (var late in _deviceWaits.TakeDue())
            {
                GiveUpNode(late, stop);
            }

            if (_isReady && _underway.Count < _options.BindingsAtOnce && _queue.TryTake(out var pod))
            {
                TrySchedule(pod, working, stop);
                continue;
            }

            _figures.Lengths = _queue.Lengths with { Gated = _follower.Gated };
            SetAlarm(alarm);
            await _inbox.WaitAsync();
            working.RemoveWhere(t => t.IsCompleted);
        }

        await Task.WhenAll(working);
    }

    private async Task WaitForCachesAsync()
    {
        await _caches.WaitUntilSyncedAsync();
        _inbox.Put(() => _isReady = true);
    }

    private void TrySchedule(QueuedPod queued, HashSet<Task> working, CancellationToken stop)
    {
        var start = _clock.GetTimestamp();

        // The binding goes on below it after it has ended.
        using var span = Traces.Begin("schedule");
        span?.SetTag("coppice.key", $"{queued.Info.Key}");
        try
        {
            Schedule(queued, start, working, stop);
        }
        catch (Exception e)
        {
            _figures.Tried(_profiles.Of(queued.Pod), "error", start);
            span.Fail(e.Message);

            // A pod that we cannot cope with must not keep the others from their nodes.
            LogNotPlanned(e, queued.Info.Key.ToString());
            _queue.AddFailed(queued);
        }
    }

    private void Schedule(QueuedPod queued, long start, HashSet<Task> working, CancellationToken stop)
    {
        var (pod, profile) = (queued.Info, _profiles.Of(queued.Pod));
        var devices = profile.AllocatesDevices ? PodDevices.Of(pod.Pod, _cluster.Devices) : null;
        if (devices?.Leftover is { } leftover)
        {
            _queue.AddUnschedulable(queued, ClusterEvents.Devices);
            working.Add(ClearAsync(queued, leftover, stop));
            return;
        }

        if (devices is { IsAwaited: true })
        {
            // The claims that are made for it come in a moment: nobody needs to be told that they are not there yet.
            _queue.AddUnschedulable(queued, ClusterEvents.Devices);
            return;
        }

        var plan = SchedulingPlanner.Plan(pod, _cluster.Snapshot(_firstNode), _nominations, profile);
        _figures.Planned(start);
        switch (plan)
        {
            case SchedulingPlan.Bind bind:
                _firstNode += bind.LookedAt;
                if (profile.BindsVolumes && pod.HasClaims && PodStorage.Of(pod.Pod, _cluster.Storage)?.NeedsOn(_cluster.Find(bind.Node)!.Node) is { AreBound: false } needs)
                {
                    working.Add(AwaitVolumes(queued, pod, bind.Node, needs, stop));
                    break;
                }

                if (profile.AllocatesDevices && _deviceWaits.Begin(queued, bind.Node, profile.DeviceTimeout) is { } claims)
                {
                    working.Add(WriteClaimsAsync(queued, bind.Node, claims, stop));
                    break;
                }

                if (_nominations.NodeOf(pod.Key) == bind.Node)
                {
                    _nominations.Remove(pod.Key);
                }
                else
                {
                    _follower.Denominate(pod.Key);
                }

                _volumeWaits.End(pod.Key);
                _deviceWaits.End(pod, null);
                working.Add(BindAsync(queued, bind.Node, Assume(pod, bind.Node, profile), start, stop));
                break;
            case SchedulingPlan.Unschedulable not:
                _queue.AddUnschedulable(queued, not.WokenBy);
                _figures.Tried(profile, "unschedulable", start);
                working.Add(MakeRoom(queued, profile, not, stop));
                break;
        }
    }

    /// <summary>Whoever comes next counts the pod on its node, and its devices as taken.</summary>
    /// <returns>What is to be written to its claims of devices.</returns>
    private IReadOnlyList<PlannedClaim> Assume(PodInfo pod, string node, SchedulerProfile profile)
    {
        var claims = profile.AllocatesDevices && PodDevices.Of(pod.Pod, _cluster.Devices) is { } devices ? devices.PlanFor(_cluster.Find(node)!.Node) : [];
        _cluster.Devices.Assume(claims);
        _cluster.Assume(pod, node);
        _underway.Add(pod.Key);
        return claims;
    }

    /// <summary>The node is kept for the pod while others bind its claims there; what they write wakes it.</summary>
    private Task AwaitVolumes(QueuedPod queued, PodInfo pod, string node, StorageNeeds needs, CancellationToken stop)
    {
        _nominations.Set(pod, node);
        _volumeWaits.Begin(pod, node, _clock.GetUtcNow() + _profiles.Of(queued.Pod).BindTimeout);
        _queue.AddUnschedulable(queued, ClusterEvents.Storage | ClusterEvents.Claim | ClusterEvents.NodeGone);
        foreach (var volume in needs.Volumes)
        {
            _cluster.Storage.Set(volume.Metadata.Name!, volume);
        }

        return WriteVolumesAsync(queued, node, needs, stop);
    }

    /// <summary>Who waited too long for its claims is told so and begins anew after a pause, on whatever node they leave it.</summary>
    private void EndVolumeWaits(CancellationToken stop)
    {
        foreach (var (key, node) in _volumeWaits.TakeDue(_clock.GetUtcNow()))
        {
            if (_nominations.NodeOf(key) == node && _queue.Find(key) is { } queued)
            {
                GiveUpNomination(queued);
                _ = ReportAsync(queued.Pod, "SchedulerError", "running PreBind plugin \"VolumeBinding\": binding volumes: context deadline exceeded", "", stop);
            }
        }
    }

    private async Task WriteVolumesAsync(QueuedPod queued, string node, StorageNeeds needs, CancellationToken stop)
    {
        await NominateAsync(queued.Pod, node, stop);
        try
        {
            foreach (var volume in needs.Volumes)
            {
                await _client.UpdateAsync(volume, stop);
            }

            foreach (var claim in needs.Claims)
            {
                await _client.UpdateAsync(claim, stop);
            }
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            LogVolumesNotWritten(queued.Info.Key.ToString(), e.Message);
            _inbox.Put(() => TakeBackVolumes(queued, needs, isOutdated: e is ApiException { IsConflict: true }, stop));
        }
    }

    /// <summary>What was not written is as it was.</summary>
    /// <param name="isOutdated">There is a newer version than was known, perhaps our own: when it is seen, the pod is tried again. Its room is kept.</param>
    private void TakeBackVolumes(QueuedPod queued, StorageNeeds needs, bool isOutdated, CancellationToken stop)
    {
        foreach (var name in needs.Volumes.Select(volume => volume.Metadata.Name!))
        {
            _cluster.Storage.Set(name, _caches.Storage.Volumes.Find(new("", name)));
        }

        if (!isOutdated)
        {
            GiveUpNode(queued, stop);
        }
    }

    /// <summary>The pod fits nowhere as it is: perhaps it does when less important ones go.</summary>
    private Task MakeRoom(QueuedPod queued, SchedulerProfile profile, SchedulingPlan.Unschedulable not, CancellationToken stop)
    {
        var (pod, rejections) = (queued.Info, not.Rejections);
        var devices = profile.AllocatesDevices ? PodDevices.Of(pod.Pod, _cluster.Devices) : null;
        var claim = devices?.FindMovable(rejections.Select(one => one.Node.Node));
        var note = profile.AllocatesDevices ? PodDevices.NoteOf(devices, claim) : null;
        _deviceWaits.End(pod, devices);
        if (claim is not null)
        {
            _follower.Denominate(pod.Key);
            return GiveBackAsync(queued, claim, UnschedulableMessage.Write(rejections, UnschedulableMessage.WriteHelpless(rejections), note), stop);
        }

        switch (PreemptionPlanner.Plan(pod, _cluster, _nominations, profile, not))
        {
            case PreemptionPlan.Preempt { Victims: var victims }:
                var displaced = _nominations.Below(pod, victims.Node.Name);
                foreach (var one in displaced)
                {
                    // It looks for another place.
                    _nominations.Remove(one.Key);
                    if (_queue.Find(one.Key) is { } waiting)
                    {
                        _queue.AddFailed(waiting);
                    }
                }

                _nominations.Set(pod, victims.Node.Name);
                _figures.Preempted(victims.Pods.Count);
                return PreemptAsync(queued, victims, displaced, UnschedulableMessage.Write(rejections, null), stop);
            case PreemptionPlan.Nothing { KeepsNomination: true } nothing:
                return ReportAsync(queued.Pod, "Unschedulable", UnschedulableMessage.Write(rejections, nothing.Message, note), null, stop);
            case PreemptionPlan.Nothing nothing:
                _follower.Denominate(pod.Key);
                return ReportAsync(queued.Pod, "Unschedulable", UnschedulableMessage.Write(rejections, nothing.Message, note), "", stop);
            default:
                throw new InvalidOperationException("a plan that is not known");
        }
    }

    /// <summary>Ends the victims and notes for whom; the pod is tried again when they are gone.</summary>
    /// <param name="displaced">They waited for the same node, and are less important.</param>
    private async Task PreemptAsync(QueuedPod queued, Victims victims, IReadOnlyList<PodInfo> displaced, string message, CancellationToken stop)
    {
        await Task.Yield();
        var node = victims.Node.Name;
        try
        {
            await _preemptions.EvictAsync(queued.Pod, victims, stop);
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            LogNotPreempted(queued.Info.Key.ToString(), node, e.Message);
            _inbox.Put(() => GiveUpNomination(queued));
            node = "";
        }

        // The place is the more important one's, whether the others hear of it or not.
        foreach (var one in displaced)
        {
            await TellAsync(one.Pod, () => _outcome.DenominateAsync(one.Pod, stop));
        }

        await ReportAsync(queued.Pod, "Unschedulable", message, node, stop);
    }

    /// <summary>Where a volume could not be made, its pod begins anew after a pause, on whatever node.</summary>
    private void LearnClaim(ObjectChange<PersistentVolumeClaim> change)
    {
        foreach (var queued in _follower.Learn(change))
        {
            GiveUpNomination(queued);
            var why = $"running PreBind plugin \"VolumeBinding\": binding volumes: provisioning failed for PVC \"{change.Item.Metadata.Name}\"";
            _ = ReportAsync(queued.Pod, "SchedulerError", why, "", CancellationToken.None);
        }
    }

    /// <summary>The room could not be made: the pod is tried again, if it still wants a node.</summary>
    private void GiveUpNomination(QueuedPod queued)
    {
        var key = queued.Info.Key;
        _follower.Denominate(key);
        if (_queue.Contains(key) && _caches.Pods.Find(key) is { } pod)
        {
            _queue.AddFailed(queued with { Info = new(pod) });
        }
    }

    private async Task BindAsync(QueuedPod queued, string node, IReadOnlyList<PlannedClaim> claims, long start, CancellationToken stop)
    {
        // The loop goes on to the next pod meanwhile.
        await Task.Yield();
        var pod = queued.Pod;
        try
        {
            await ReserveAsync(pod, claims, stop);
            await _client.BindAsync(BindingOf(pod, node), stop);
            _outcome.Assigned(pod, node);
            _figures.Tried(_profiles.Of(pod), "scheduled", start);
            _figures.Scheduled(queued.Attempts, _clock.GetUtcNow() - queued.Since);
            _inbox.Put(() => _underway.Remove(ObjectKey.Of(pod)));
        }
        catch (Exception e)
        {
            _inbox.Put(() => TakeBack(queued, claims));
            _figures.Tried(_profiles.Of(pod), "error", start);
            if (e is not (OperationCanceledException or ApiException { IsNotFound: true } or ApiException { IsConflict: true }))
            {
                if (e is ApiException or IOException or HttpRequestException or ClaimChangedException)
                {
                    LogNotBound(ObjectKey.Of(pod).ToString(), node, e.Message);
                }
                else
                {
                    LogBroken(e, ObjectKey.Of(pod).ToString(), node);
                }

                var step = e is ClaimChangedException ? "running PreBind plugin \"DynamicResources\"" : "binding rejected";
                await ReportAsync(pod, "SchedulerError", $"{step}: {e.Message}", "", stop);
            }
        }
    }

    /// <summary>The pod does not go on waiting for its node, and begins anew after a pause.</summary>
    private void GiveUpNode(QueuedPod queued, CancellationToken stop)
    {
        GiveUpNomination(queued);
        _ = TellAsync(queued.Pod, () => _outcome.DenominateAsync(queued.Pod, stop));
    }

    /// <summary>Says where the pod is to go, for whoever keeps nodes, and for the next scheduler. Nothing depends on it here.</summary>
    private Task NominateAsync(Pod pod, string node, CancellationToken stop) => TellAsync(pod, () => _outcome.NominateAsync(pod, node, stop));

    private Task ReportAsync(Pod pod, string reason, string message, string? nominatedNode, CancellationToken stop) =>
        TellAsync(pod, () => _outcome.FailedAsync(pod, reason, message, nominatedNode, stop));

    private async Task TellAsync(Pod pod, Func<ValueTask> tell)
    {
        await Task.Yield();
        try
        {
            await tell();
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            // The pod is tried again, and told again.
            LogNotTold(ObjectKey.Of(pod).ToString(), e.Message);
        }
    }

    /// <summary>The pod did not get to its node. If it is still there and still wants one, it is tried again.</summary>
    private void TakeBack(QueuedPod queued, IReadOnlyList<PlannedClaim> claims)
    {
        var key = queued.Info.Key;
        _underway.Remove(key);
        Withdraw(claims);
        if (!_cluster.IsAssumed(queued.Pod))
        {
            return;
        }

        _follower.Remove(queued.Pod);
        if (_caches.Pods.Find(key) is { } pod && _follower.WantsNode(pod))
        {
            _queue.AddFailed(queued with { Info = new(pod) });
        }
    }

    private void SetAlarm(ITimer alarm)
    {
        // While too many are on their way, the next of them to arrive wakes the loop.
        var due = _underway.Count < _options.BindingsAtOnce ? _queue.NextDue : null;
        due = new[] { due, _volumeWaits.NextDue, _deviceWaits.NextDue }.Min();
        alarm.Change(due is null ? Timeout.InfiniteTimeSpan : Later(due.Value), Timeout.InfiniteTimeSpan);

        TimeSpan Later(DateTimeOffset at) => at - _clock.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private static Binding BindingOf(Pod pod, string node) => new()
    {
        ApiVersion = "v1",
        Kind = "Binding",
        // With the uid: not to a pod of the same name that came after it.
        Metadata = new() { Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
        Target = new() { ApiVersion = "v1", Kind = "Node", Name = node },
    };
}
