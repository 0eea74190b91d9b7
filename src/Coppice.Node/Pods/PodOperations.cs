using Coppice.Client;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Node.Pods;

/// <summary>
/// Carries out a plan: begins every action, marks in the state what is going on, and lets each post its outcome. Called by the worker's
/// loop alone, and never waits. When the agent stops, all of it is broken off, but what the runtime is making.
/// </summary>
internal sealed class PodOperations(PodServices services, NodeEnvironment node, PodMailbox mailbox, PodEvents events, CancellationToken stop)
    : IDisposable
{
    /// <summary>What the runtime is making when the agent stops gets this long; whoever stops us waits a little longer.</summary>
    private static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(10);

    private readonly SandboxMaking _sandboxes = new(services, node, mailbox, events, stop);
    private readonly ContainerStarting _starting = new(services, node, mailbox, events, stop);
    private readonly ContainerStopping _stopping = new(services, mailbox, events, stop);
    private readonly ContainerResizing _resizing = new(services, node, mailbox, events, stop);
    private readonly PodImages _images = new(services, events);
    private readonly CancellationTokenSource _drop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly CancellationTokenSource _late = new();
    private readonly List<Task> _making = [];
    private readonly HashSet<string> _exits = new(StringComparer.Ordinal);
    private Task<SandboxRecord?>? _newSandbox;
    private Task? _volumes;

    public PodWorkerState Begin(PodWorkerState state, PodPlan plan)
    {
        if (plan.End is not null)
        {
            _drop.Cancel();
        }

        _newSandbox = null;
        _making.RemoveAll(one => one.IsCompleted);
        foreach (var action in plan.Actions)
        {
            state = Begin(state, action);
        }

        foreach (var record in state.View.Containers)
        {
            FollowExit(state.Pod, record);
        }

        // A pod may crash for months: what was removed is not asked for again.
        _exits.RemoveWhere(id => state.View.Find(id) is null);

        return state;
    }

    /// <summary>
    /// The agent stops: waits for what the runtime is making. Broken off, a container would be on record as one that was started and failed,
    /// and the next agent would restart it.
    /// </summary>
    public async Task FinishAsync()
    {
        await using var patience = services.Time.CreateTimer(_ => _late.Cancel(), null, FinishWithin, Timeout.InfiniteTimeSpan);
        await Task.WhenAll(_making);
    }

    public void Dispose()
    {
        _drop.Dispose();
        _late.Dispose();
    }

    private PodWorkerState Begin(PodWorkerState state, PodAction action)
    {
        switch (action)
        {
            case PodAction.MakeSandbox make:
                _newSandbox = _sandboxes.MakeAsync(state.Pod, make, state.RuntimeState.SandboxFailure, _late.Token);
                _making.Add(GuardAsync(ObjectKey.Of(state.Pod), _newSandbox));
                return Busy(state).WithRuntimeState(runtime => runtime with { Given = state.Pod.Spec.Resources });
            case PodAction.StopSandbox one:
                Watch(state, _sandboxes.StopAsync(state.Pod, one.Id));
                return Busy(state);
            case PodAction.RemoveSandbox one:
                Watch(state, _sandboxes.RemoveAsync(state.Pod, one.Id));
                return Busy(state);
            case PodAction.StartContainer start:
                return Start(state, start);
            case PodAction.KillContainer kill:
                return Kill(state, kill);
            case PodAction.Resize resize:
                Watch(state, _resizing.ResizeAsync(state.Pod, resize, state.RuntimeState.ResizeInProgress ?? state.Pod.Metadata.Generation, state.RuntimeState.ResizeFailure));
                return state.WithRuntimeState(runtime => runtime with { IsResizing = true });
            case PodAction.RemoveContainer one:
                Watch(state, _stopping.RemoveAsync(state.Pod, one.Id));
                state = one.Restarts is var (name, backOff) ? state.WithContainer(name, runtime => runtime with { BackOff = backOff }) : state;
                return state.WithRuntimeState(runtime => runtime with { Removing = runtime.Removing.Add(one.Id) });
            case PodAction.ReleaseDevices:
                Watch(state, LetGoAsync(state.Pod, "devices", () => services.Devices.UnprepareAsync(state.Pod, stop), (runtime, next) => runtime with { Devices = next }));
                return state.WithRuntimeState(runtime => runtime with { Devices = CleanUp.Busy });
            case PodAction.CleanUpPod:
                Watch(state, LetGoAsync(state.Pod, "volumes and cgroup", () => CleanUpAsync(state.Pod), (runtime, next) => runtime with { CleanUp = next }));
                return state.WithRuntimeState(runtime => runtime with { CleanUp = CleanUp.Busy });
            case PodAction.RemoveLogs:
                Watch(state, LetGoAsync(state.Pod, "logs", () => services.HostResources.RemoveLogsAsync(state.Pod, stop), (runtime, next) => runtime with { Logs = next }));
                return state.WithRuntimeState(runtime => runtime with { Logs = CleanUp.Busy });
            case PodAction.DeletePod:
                Watch(state, DeleteAsync(state.Pod));
                return state.WithRuntimeState(runtime => runtime with { IsDeleteAsked = true });
            default:
                throw new InvalidOperationException($"no such action: {action}");
        }
    }

    private PodWorkerState Start(PodWorkerState state, PodAction.StartContainer start)
    {
        var name = start.Container.Name;
        var inputs = new StartInputs(
            state.Pod, start, _newSandbox ?? Task.FromResult(state.View.Sandbox), Volumes(state.Pod), TargetOf(state, name), state.RuntimeState.Of(name).StartFailure);
        _making.Add(GuardAsync(ObjectKey.Of(state.Pod), _starting.StartAsync(inputs, _drop.Token, _late.Token)));
        return state.WithContainer(name, runtime => runtime with { IsStarting = true, Given = start.Container.Spec.Resources, GivenWhole = state.Pod.Spec.Resources });
    }

    private static (string Name, string? Id)? TargetOf(PodWorkerState state, string name) =>
        state.Pod.Spec.EphemeralContainers.FirstOrDefault(one => one.Name == name)?.TargetContainerName is { Length: > 0 } target
            ? (target, state.View.Newest(target)?.Id)
            : null;

    private PodWorkerState Kill(PodWorkerState state, PodAction.KillContainer kill)
    {
        var name = kill.Record.Name;
        var isHurried = state.RuntimeState.Of(name).KillDeadline is not null;
        var sandbox = state.View.Sandboxes.FirstOrDefault(one => one.Id == kill.Record.SandboxId);
        var address = sandbox is { Addresses: [var first, ..] } ? first : node.Addresses.FirstOrDefault() ?? "";
        Watch(state, _stopping.StopAsync(state.Pod, kill, address, isHurried));
        return state.WithContainer(name, runtime => runtime with { KillDeadline = kill.Deadline, StartsAgain = runtime.StartsAgain || kill.StartsAgain });
    }

    // Once they are ready they stay so; what failed is tried again with the next start.
    private Task Volumes(Pod pod)
    {
        if (_volumes is null or { IsFaulted: true } or { IsCanceled: true })
        {
            _volumes = PrepareVolumesAsync(pod);
        }

        return _volumes;
    }

    private async Task PrepareVolumesAsync(Pod pod)
    {
        try
        {
            await _images.EnsureVolumesAsync(pod, _drop.Token);
            await services.HostResources.PrepareVolumesAsync(pod, _drop.Token);
        }
        catch (HostResourceException failed)
        {
            events.HostResourceFailed(failed);
            throw;
        }
    }

    private void FollowExit(Pod pod, ContainerRecord record)
    {
        if (record.State != Runtime.ContainerRunState.Exited || !_exits.Add(record.Id))
        {
            return;
        }

        if (PodContainer.Of(pod.Spec).FirstOrDefault(one => one.Name == record.Name) is { } container)
        {
            _ = GuardAsync(ObjectKey.Of(pod), _stopping.OnExitAsync(pod, container.Spec, record));
        }
    }

    private async ValueTask CleanUpAsync(Pod pod)
    {
        // Of what is left over from long ago nobody may know any more that it had devices.
        await services.Devices.UnprepareAsync(pod, stop);
        await services.HostResources.RemoveAsync(pod, stop);
        services.Images.ForgetPod(pod.Metadata.Uid ?? "");
    }

    private async Task LetGoAsync(Pod pod, string what, Func<ValueTask> act, Func<PodRuntimeState, CleanUp, PodRuntimeState> note)
    {
        var next = CleanUp.Done;
        try
        {
            await act();
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            PodLog.Failed(services.Log, ObjectKey.Of(pod), $"letting go of its {what}", failed);
            next = CleanUp.NotBegun;
            await Task.Delay(FailureBackOff.Pause, services.Time, stop);
        }
        finally
        {
            mailbox.Post(state => state.WithRuntimeState(runtime => note(runtime, next)));
        }
    }

    private async Task DeleteAsync(Pod pod)
    {
        var options = new DeleteOptions { GracePeriodSeconds = 0, Preconditions = new Preconditions { Uid = pod.Metadata.Uid } };
        while (true)
        {
            try
            {
                await services.Api.DeleteAsync<Pod>(ObjectKey.Of(pod), options, stop);
                return;
            }
            catch (ApiException refused) when (refused.IsNotFound || refused.IsConflict)
            {
                return; // gone already, or another pod has the name now
            }
            catch (Exception failed) when (!stop.IsCancellationRequested)
            {
                PodLog.Failed(services.Log, ObjectKey.Of(pod), "taking it out of the API", failed);
                await Task.Delay(FailureBackOff.Pause, services.Time, stop);
            }
        }
    }

    private static PodWorkerState Busy(PodWorkerState state) => state.WithRuntimeState(runtime => runtime with { SandboxOperations = runtime.SandboxOperations + 1 });

    private void Watch(PodWorkerState state, Task operation) => _ = GuardAsync(ObjectKey.Of(state.Pod), operation);

    private async Task GuardAsync(ObjectKey pod, Task operation)
    {
        try
        {
            await operation;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent stops; the next one finds what there is.
        }
        catch (Exception failed)
        {
            PodLog.OperationBroke(services.Log, pod, failed);
        }
    }
}
