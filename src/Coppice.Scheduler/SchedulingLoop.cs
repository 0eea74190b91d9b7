using Coppice.Client;
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
    private readonly PodOutcome _outcome;
    private readonly Preemptions _preemptions;
    private readonly SchedulingQueue _queue;
    private readonly ClusterState _cluster = new();
    private readonly Nominations _nominations = new();
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
        _outcome = new(statuses, events, time);
        _preemptions = new(client, statuses, events, options, time);
        _queue = new(options, _clock);
        caches.Pods.Subscribe(change => _inbox.Put(() => LearnPod(change)));
        caches.Nodes.Subscribe(change => _inbox.Put(() => LearnNode(change)));
        caches.Namespaces.Subscribe(change => _inbox.Put(() => LearnNamespace(change)));
    }

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
            if (_isReady && _underway.Count < _options.BindingsAtOnce && _queue.TryTake(out var pod))
            {
                TrySchedule(pod, working, stop);
                continue;
            }

            SetAlarm(alarm);
            await _inbox.WaitAsync();
            working.RemoveWhere(t => t.IsCompleted);
        }

        await Task.WhenAll(working);
    }

    /// <summary>Before everything is known, no node can be judged.</summary>
    private async Task WaitForCachesAsync()
    {
        await _caches.Nodes.WaitUntilSyncedAsync();
        await _caches.Namespaces.WaitUntilSyncedAsync();
        await _caches.Pods.WaitUntilSyncedAsync();
        _inbox.Put(() => _isReady = true);
    }

    private void TrySchedule(QueuedPod queued, HashSet<Task> working, CancellationToken stop)
    {
        try
        {
            Schedule(queued, working, stop);
        }
        catch (Exception e)
        {
            // A pod that we cannot cope with must not keep the others from their nodes.
            LogNotPlanned(e, ObjectKey.Of(queued.Pod).ToString());
            _queue.AddFailed(queued);
        }
    }

    private void Schedule(QueuedPod queued, HashSet<Task> working, CancellationToken stop)
    {
        var pod = new PodInfo(queued.Pod);
        switch (SchedulingPlanner.Plan(pod, _cluster.Snapshot(_firstNode), _nominations, _options))
        {
            case SchedulingPlan.Bind bind:
                _firstNode += bind.LookedAt;
                _nominations.Remove(pod.Key);
                _cluster.Assume(pod, bind.Node);
                _underway.Add(pod.Key);
                working.Add(BindAsync(queued, bind.Node, stop));
                break;
            case SchedulingPlan.Unschedulable not:
                _queue.AddUnschedulable(queued, not.WokenBy);
                working.Add(MakeRoom(queued, pod, not.Rejections, stop));
                break;
        }
    }

    /// <summary>The pod fits nowhere as it is: perhaps it does when less important ones go.</summary>
    private Task MakeRoom(QueuedPod queued, PodInfo pod, IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections, CancellationToken stop)
    {
        switch (PreemptionPlanner.Plan(pod, _cluster, _nominations, rejections))
        {
            case PreemptionPlan.Preempt { Victims: var victims }:
                var displaced = _nominations.Below(pod, victims.Node.Name);
                foreach (var one in displaced)
                {
                    _nominations.Remove(one.Key);
                }

                _nominations.Set(pod, victims.Node.Name);
                return PreemptAsync(queued, victims, displaced, UnschedulableMessage.Write(rejections, null), stop);
            case PreemptionPlan.Nothing { KeepsNomination: true } not:
                return ReportAsync(queued.Pod, "Unschedulable", UnschedulableMessage.Write(rejections, not.Message), null, stop);
            case PreemptionPlan.Nothing not:
                _nominations.Remove(pod.Key);
                return ReportAsync(queued.Pod, "Unschedulable", UnschedulableMessage.Write(rejections, not.Message), "", stop);
            default:
                throw new InvalidOperationException("a plan that is not known");
        }
    }

    /// <summary>Ends the victims and notes for whom; the pod is tried again when they are gone.</summary>
    /// <param name="displaced">They waited for the same node, and are less important.</param>
    private async Task PreemptAsync(QueuedPod queued, Victims victims, IReadOnlyList<PodInfo> displaced, string message, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await _preemptions.EvictAsync(queued.Pod, victims, stop);
            foreach (var one in displaced)
            {
                await _outcome.DenominateAsync(one.Pod, stop);
            }
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            LogNotPreempted(ObjectKey.Of(queued.Pod).ToString(), victims.Node.Name, e.Message);
            _inbox.Put(() => GiveUpNomination(queued));
        }

        await ReportAsync(queued.Pod, "Unschedulable", message, victims.Node.Name, stop);
    }

    /// <summary>The room could not be made: the pod is tried again, if it still wants a node.</summary>
    private void GiveUpNomination(QueuedPod queued)
    {
        var key = ObjectKey.Of(queued.Pod);
        _nominations.Remove(key);
        if (_queue.Contains(key) && _caches.Pods.Find(key) is { } pod)
        {
            _queue.AddFailed(queued with { Pod = pod });
        }
    }

    private async Task BindAsync(QueuedPod queued, string node, CancellationToken stop)
    {
        // The loop goes on to the next pod meanwhile.
        await Task.Yield();
        var pod = queued.Pod;
        try
        {
            await _client.BindAsync(BindingOf(pod, node), stop);
            _outcome.Assigned(pod, node);
            _inbox.Put(() => _underway.Remove(ObjectKey.Of(pod)));
        }
        catch (Exception e)
        {
            _inbox.Put(() => TakeBack(queued));
            if (e is not (OperationCanceledException or ApiException { IsNotFound: true } or ApiException { IsConflict: true }))
            {
                if (e is ApiException or IOException or HttpRequestException)
                {
                    LogNotBound(ObjectKey.Of(pod).ToString(), node, e.Message);
                }
                else
                {
                    LogBroken(e, ObjectKey.Of(pod).ToString(), node);
                }

                await ReportAsync(pod, "SchedulerError", $"binding rejected: {e.Message}", null, stop);
            }
        }
    }

    private async Task ReportAsync(Pod pod, string reason, string message, string? nominatedNode, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await _outcome.FailedAsync(pod, reason, message, nominatedNode, stop);
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            // The pod is tried again, and told again.
            LogNotTold(ObjectKey.Of(pod).ToString(), e.Message);
        }
    }

    /// <summary>The pod did not get to its node. If it is still there and still wants one, it is tried again.</summary>
    private void TakeBack(QueuedPod queued)
    {
        var key = ObjectKey.Of(queued.Pod);
        _underway.Remove(key);
        if (!_cluster.IsAssumed(queued.Pod))
        {
            return;
        }

        _cluster.Remove(key);
        _queue.Wake(ClusterEvents.PodGone);
        if (_caches.Pods.Find(key) is { } pod && WantsNode(pod))
        {
            _queue.AddFailed(queued with { Pod = pod });
        }
    }

    private void LearnPod(ObjectChange<Pod> change)
    {
        var key = ObjectKey.Of(change.Item);
        if (change.New is not { } pod || pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed)
        {
            Forget(key);
            if (_cluster.Remove(key))
            {
                _queue.Wake(ClusterEvents.PodGone);
            }
        }
        else if (pod.Spec.NodeName is { Length: > 0 })
        {
            Forget(key);
            LearnAssigned(change.Old, pod);
        }
        else if (!WantsNode(pod))
        {
            Forget(key);
        }
        else if (!_cluster.IsAssumed(pod))
        {
            LearnNomination(change.Old, pod);

            // What others wrote about it (its status) helps nothing; what it asks for may.
            var isSame = change.Old is { } old && old.Spec == pod.Spec && old.Metadata.Labels == pod.Metadata.Labels;
            if (isSame && _queue.Contains(key))
            {
                _queue.Renew(pod);
            }
            else
            {
                _queue.Set(pod);
            }
        }
    }

    /// <summary>It wants no node of us, or not any longer.</summary>
    private void Forget(ObjectKey pod)
    {
        _queue.Remove(pod);
        if (_nominations.NodeOf(pod) is not null)
        {
            _nominations.Remove(pod);
            _queue.Wake(ClusterEvents.PodGone);
        }
    }

    /// <summary>What a pod's status says counts, whoever wrote it; what we decided and have not written yet is not taken back by its silence.</summary>
    private void LearnNomination(Pod? old, Pod pod)
    {
        var (before, now) = (old?.Status.NominatedNodeName, pod.Status.NominatedNodeName);
        if (!string.IsNullOrEmpty(now) || !string.IsNullOrEmpty(before))
        {
            _nominations.Set(new PodInfo(pod), now);
        }
    }

    private void LearnAssigned(Pod? old, Pod pod)
    {
        if (old?.Spec.NodeName is not { Length: > 0 })
        {
            _cluster.Assign(pod);
            _queue.Wake(ClusterEvents.PodAssigned);
            return;
        }

        var isSame = old.Metadata.Labels == pod.Metadata.Labels && old.Spec == pod.Spec
            && old.Metadata.DeletionTimestamp == pod.Metadata.DeletionTimestamp;
        var (before, now) = (PodRequests.Of(old), PodRequests.Of(pod));
        if (!isSame || before != now)
        {
            _cluster.Assign(pod);
            _queue.Wake(
                (isSame ? ClusterEvents.None : ClusterEvents.PodAssigned)
                | (before.Any(amount => now.Find(amount.Key) < amount.Value) ? ClusterEvents.PodScaledDown : ClusterEvents.None));
        }
    }

    private void LearnNode(ObjectChange<Node> change)
    {
        if (change.New is { } node)
        {
            _cluster.SetNode(node);
        }
        else
        {
            _cluster.RemoveNode(change.Item.Metadata.Name ?? "");
        }

        _queue.Wake(EventsOf(change));
    }

    private static ClusterEvents EventsOf(ObjectChange<Node> change) => change switch
    {
        { Old: null } => ClusterEvents.NodeAdded,
        { New: null } => ClusterEvents.NodeGone,
        { Old: var old, New: var node } =>
            (old.Status.Allocatable != node.Status.Allocatable ? ClusterEvents.NodeResources : 0)
            | (old.Metadata.Labels != node.Metadata.Labels ? ClusterEvents.NodeLabels : 0)
            | (old.Spec.Taints != node.Spec.Taints || old.Spec.Unschedulable != node.Spec.Unschedulable ? ClusterEvents.NodeTaints : 0),
    };

    private void LearnNamespace(ObjectChange<Namespace> change)
    {
        if (change.Old?.Metadata.Labels != change.New?.Metadata.Labels || change.Old is null || change.New is null)
        {
            _cluster.SetNamespace(change.Item.Metadata.Name ?? "", change.New?.Metadata.Labels);
            _queue.Wake(ClusterEvents.NamespaceLabels);
        }
    }

    private bool WantsNode(Pod pod) =>
        string.IsNullOrEmpty(pod.Spec.NodeName)
        && pod.Metadata.DeletionTimestamp is null
        && pod.Spec.SchedulingGates.IsEmpty
        && (pod.Spec.SchedulerName ?? _options.SchedulerName) == _options.SchedulerName;

    private void SetAlarm(ITimer alarm)
    {
        // While too many are on their way, the next of them to arrive wakes the loop.
        var due = _underway.Count < _options.BindingsAtOnce ? _queue.NextDue : null;
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

    [LoggerMessage(6001, LogLevel.Warning, "{Pod} could not be bound to {Node} and is tried again: {Why}")]
    private partial void LogNotBound(string pod, string node, string why);

    [LoggerMessage(6002, LogLevel.Error, "{Pod} could not be bound to {Node} and is tried again")]
    private partial void LogBroken(Exception e, string pod, string node);

    [LoggerMessage(6003, LogLevel.Error, "{Pod} could not be planned and is tried again")]
    private partial void LogNotPlanned(Exception e, string pod);

    [LoggerMessage(6005, LogLevel.Warning, "Room for {Pod} on {Node} could not be made, and it is tried again: {Why}")]
    private partial void LogNotPreempted(string pod, string node, string why);

    [LoggerMessage(6004, LogLevel.Debug, "{Pod} could not be told why it has no node: {Why}")]
    private partial void LogNotTold(string pod, string why);
}
