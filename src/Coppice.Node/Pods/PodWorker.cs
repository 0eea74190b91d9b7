using System.Collections.Immutable;
using Coppice.Node.Admission;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;
using Coppice.Objects;

namespace Coppice.Node.Pods;

/// <summary>
/// Keeps one pod as it is desired to be. One serial loop: 1. take in what happened, 2. plan, 3. begin what is to be done, 4. tell the
/// API how things stand, 5. wait for the next happening. Nothing in the loop waits for the runtime or the API.
/// </summary>
public sealed class PodWorker : IDisposable
{
    private readonly PodServices _services;
    private readonly NodeEnvironment _node;
    private readonly PodMailbox _mailbox;
    private readonly PodEvents _events;
    private readonly PodStart? _start;
    private readonly HashSet<string> _recordedBackOffs = new(StringComparer.Ordinal);
    private PodWorkerState _state;
    private PodStatus? _status;
    private Pod? _publishedFor;

    /// <param name="found">What the runtime holds of the pod already: it is taken over as it is.</param>
    internal PodWorker(Pod pod, ResizeDecision resize, PodView found, PodServices services, NodeEnvironment node)
    {
        _services = services;
        _node = node;
        _mailbox = new PodMailbox(services.Steady);
        _start = services.Starts.Begin(pod);
        _events = new PodEvents(services.Events, () => _state!.Pod, _start);
        _state = new PodWorkerState(
            resize.Allocation.ApplyTo(pod), found, Adopt(pod, found) with { PendingResize = resize.Pending },
            ImmutableSortedDictionary.Create<string, RuntimeEvent>(StringComparer.Ordinal), ImmutableSortedSet.Create<string>(StringComparer.Ordinal))
        {
            Desired = pod,
        };
    }

    /// <summary>The pod as the API told last.</summary>
    public Pod Pod => _state.Desired;

    /// <summary>What the runtime holds of the pod, as far as known; to be given back to <see cref="OnRelist"/>.</summary>
    public PodView View => _state.View;

    /// <summary>The pod's status as it is here, which the API may get to know a moment later.</summary>
    public PodStatus Status => _status ?? _state.Pod.Status;

    /// <summary>The node has decided that the pod is to end.</summary>
    public bool IsTerminated => _state.RuntimeState.Termination is not null;

    /// <summary>Nothing of the pod runs any more, and its volumes are gone.</summary>
    public bool HasLetGo => _state.RuntimeState.CleanUp == CleanUp.Done;

    /// <summary>The API has another version of the pod, or something was decided on what it asks for.</summary>
    public void OnPodChanged(Pod pod, ResizeDecision resize) => _mailbox.Post(state => Changed(state, pod, resize));

    /// <summary>The API has no such pod any more.</summary>
    public void OnPodRemoved() => _mailbox.Post(state => state.WithRuntimeState(runtime => runtime with { IsGone = true }));

    /// <summary>Whether nothing of the pod may be started just now. What runs is not touched.</summary>
    public void OnHeld(bool isHeld) => _mailbox.Post(state => state.WithRuntimeState(runtime => runtime with { IsHeld = isHeld }));

    public void OnRuntimeEvent(RuntimeEvent told) => _mailbox.Post(state => state.After(told));

    /// <param name="asOf"><see cref="View"/> as it was before the runtime was asked.</param>
    public void OnRelist(PodView asOf, PodView found) => _mailbox.Post(state => state.Audited(asOf, found));

    /// <summary>The node decides that the pod is to end. The first reason stands.</summary>
    public void Terminate(PodTermination termination) => _mailbox.Post(state => state.WithRuntimeState(runtime => runtime with { Termination = runtime.Termination ?? termination }));

    /// <summary>The node needs the room of what is left of a pod that has ended: its containers and logs go, though the pod is still there.</summary>
    public void GiveUpRemains() => _mailbox.Post(state => state.WithRuntimeState(runtime => runtime with { GivesUpRemains = true }));

    /// <summary>Runs until nothing of the pod is left, or until <paramref name="stop"/>: then containers stay as they are.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var operations = new PodOperations(_services, _node, _mailbox, _events, stop);
        try
        {
            await FollowAsync(operations, stop);
        }
        finally
        {
            await operations.FinishAsync();
        }
    }

    public void Dispose() => _mailbox.Dispose();

    private async Task FollowAsync(PodOperations operations, CancellationToken stop)
    {
        using var probes = new PodProbes(_services, _node, _mailbox, _events);
        var publisher = new StatusPublisher(_services, _start, stop);
        while (true)
        {
            _state = _mailbox.Drain(_state);                             // 1.
            var plan = PodPlanner.Plan(Situation());                     // 2.
            _state = operations.Begin(Remember(_state, plan), plan);     // 3.
            FollowResize();
            var situation = Situation();
            probes.Follow(situation);
            RecordBackOffs(plan);
            Publish(situation, plan, publisher);                         // 4.
            if (plan.IsDone)
            {
                await _services.HostResources.RemoveLogsAsync(_state.Pod, stop);
                return;
            }

            await _mailbox.WaitAsync(plan.LookAgainAt, stop);            // 5.
        }
    }

    // The status that was planned last stands for the API's, which may lag behind; conditions of others are the API's.
    private PodSituation Situation()
    {
        var pod = _state.Pod;
        if (_status is { } own)
        {
            pod = pod with { Status = own with { Conditions = PodConditionPlanner.Merge(own.Conditions, pod.Status.Conditions) } };
        }

        return new PodSituation(pod, _state.View, _state.RuntimeState, _services.Steady.GetUtcNow()) { Dated = _services.Time.GetUtcNow() };
    }

    private PodWorkerState Remember(PodWorkerState state, PodPlan plan)
    {
        if (plan.End is not { } end)
        {
            return state;
        }

        if (end.Termination is { } termination && state.RuntimeState.EndingSince is null)
        {
            _events.Terminating(termination);
            if (termination.EvictionSignal is { } signal)
            {
                _services.Evictions.Add(signal);
            }
        }

        return state.WithRuntimeState(runtime => runtime with
        {
            Termination = runtime.Termination ?? end.Termination,
            EndingSince = runtime.EndingSince ?? _services.Steady.GetUtcNow(),
        });
    }

    // Under way from when it is allocated until what runs has what is allocated.
    private void FollowResize()
    {
        var (situation, started) = (Situation(), _state.RuntimeState.ResizeInProgress);
        if (situation.IsDeleted || situation.HasEnded || ResizePlanner.IsUnderWay(situation) == started is not null)
        {
            return;
        }

        if (started is { } generation)
        {
            _events.ResizeCompleted(_state.Pod, generation);
        }

        _state = _state.WithRuntimeState(runtime => runtime with { ResizeInProgress = started is null ? _state.Pod.Metadata.Generation : null });
    }

    private void RecordBackOffs(PodPlan plan)
    {
        _recordedBackOffs.RemoveWhere(id => _state.View.Find(id) is null);
        foreach (var wait in plan.BackOffs)
        {
            if (_recordedBackOffs.Add(wait.Ended.Id))
            {
                _events.BackOff(wait.Container);
            }
        }
    }

    private void Publish(PodSituation situation, PodPlan plan, StatusPublisher publisher)
    {
        if (situation.RuntimeState.IsGone)
        {
            return;
        }

        var status = PodStatusPlanner.Plan(situation, plan, _node.Addresses);
        var isFinal = situation.IsDeleted && PodStatusPlanner.HasStopped(situation, plan) && !situation.RuntimeState.IsFinalStatusWritten;
        if ((status == _status && ReferenceEquals(_publishedFor, _state.Desired) && !isFinal) || AwaitsLastWords(situation, status))
        {
            return;
        }

        _status = status;
        _publishedFor = _state.Desired;
        publisher.Publish(_state.Desired, status, isFinal ? FinalStatusWritten : null);
    }

    // Who sees a pod's end looks there and then for what its containers said last; they are about to be known.
    private static bool AwaitsLastWords(PodSituation situation, PodStatus status) =>
        status.Phase is PodPhase.Succeeded or PodPhase.Failed && !situation.IsDeleted && PodContainer.Of(situation.Pod.Spec).Any(one =>
            situation.View.Newest(one.Name) is { State: ContainerRunState.Exited } ended
            && !situation.RuntimeState.Of(one.Name).TerminationMessages.ContainsKey(ended.Id));

    private void FinalStatusWritten() => _mailbox.Post(state =>
        state.RuntimeState.IsFinalStatusWritten ? state : state.WithRuntimeState(runtime => runtime with { IsFinalStatusWritten = true }));

    // Another spec may be without what was in the way: it is tried at once.
    private static PodWorkerState Changed(PodWorkerState state, Pod pod, ResizeDecision resize)
    {
        var allocated = resize.Allocation.ApplyTo(pod);
        var runtime = state.RuntimeState with { PendingResize = resize.Pending };
        if (resize.HasStarted)
        {
            runtime = runtime with { ResizeInProgress = pod.Metadata.Generation, ResizeFailure = null };
        }

        if (allocated.Spec == state.Pod.Spec)
        {
            return state with { Pod = allocated, Desired = pod, RuntimeState = runtime };
        }

        var containers = state.RuntimeState.Containers.ToImmutableSortedDictionary(
            one => one.Key, one => one.Value.StartFailure is null ? one.Value : one.Value with { StartFailure = null }, StringComparer.Ordinal);
        return state with { Pod = allocated, Desired = pod, RuntimeState = runtime with { Containers = containers, ResizeFailure = null } };
    }

    // What runs and was ready goes on being so until its own probe says otherwise.
    private static PodRuntimeState Adopt(Pod pod, PodView found)
    {
        var resizing = PodConditions.Find(pod.Status, PodConditionType.PodResizeInProgress);
        var runtime = PodRuntimeState.Empty with { ResizeInProgress = resizing?.ObservedGeneration, Given = pod.Status.Resources };
        foreach (var status in pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses))
        {
            if (found.Newest(status.Name) is not { State: ContainerRunState.Running } record)
            {
                continue;
            }

            var isSame = status.ContainerID is { } id && id.EndsWith(record.Id, StringComparison.Ordinal);
            runtime = runtime.With(status.Name, one => one with
            {
                Probes = isSame ? new ProbeState(record.Id, status.Started == true, status.Ready, null) : ProbeState.For(record.Id),
                Given = isSame ? status.Resources : null,
                GivenWhole = pod.Status.Resources,
            });
        }

        return runtime;
    }
}
