using Coppice.Node.Containers;
using Coppice.Node.Devices;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>Makes, stops and removes a pod's sandboxes, and posts how it went.</summary>
internal sealed class SandboxMaking(PodServices services, NodeEnvironment node, PodMailbox mailbox, PodEvents events, CancellationToken stop)
{
    // Of stops and removals, in a row.
    private int _failures;

    /// <param name="late">What is begun is finished until then, also when the agent stops.</param>
    /// <returns>The sandbox, or null if it could not be made.</returns>
    public async Task<SandboxRecord?> MakeAsync(Pod pod, PodAction.MakeSandbox action, FailedAttempt? before, CancellationToken late)
    {
        FailedAttempt? failure = null;
        SandboxRecord? made = null;
        try
        {
            if (action.Replaces is { } old)
            {
                events.SandboxChanged();
                await services.Runtime.StopSandboxAsync(old.Id, late);
                mailbox.Post(state => state.After(new RuntimeEvent(RuntimeEventType.SandboxExited, old.Id, 0, services.Time.GetUtcNow())));
            }

            await PrepareDevicesAsync(pod, late);
            await services.HostResources.PrepareSandboxAsync(pod, late);
            var spec = SandboxSpecBuilder.Build(pod, action.Attempt, node.Sandboxes) with { RuntimeHandler = await HandlerOfAsync(pod) };
            return made = await services.Runtime.RunSandboxAsync(spec, late);
        }
        catch (HostResourceException failed)
        {
            events.HostResourceFailed(failed);
            failure = FailureBackOff.After(before, "", failed.Message, services.Steady);
            return null;
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            if (failed is not RuntimeUnavailableException)
            {
                events.SandboxFailed(failed is RuntimeException refused ? FailureBackOff.Text(refused) : failed.Message);
            }

            failure = FailureBackOff.After(before, "", failed.Message, services.Steady);
            return null;
        }
        finally
        {
            mailbox.Post(state => (made is null ? state : state with { View = state.View.With(made) })
                .WithRuntimeState(runtime => runtime with { SandboxOperations = runtime.SandboxOperations - 1, SandboxFailure = failure }));
        }
    }

    public Task StopAsync(Pod pod, string id) => ChangeAsync(
        pod,
        "stopping its sandbox",
        () => services.Runtime.StopSandboxAsync(id, stop),
        state => state.After(new RuntimeEvent(RuntimeEventType.SandboxExited, id, 0, services.Time.GetUtcNow())));

    public Task RemoveAsync(Pod pod, string id) => ChangeAsync(
        pod,
        "removing its sandbox",
        () => services.Runtime.RemoveSandboxAsync(id, stop), state => state with { View = state.View.WithoutSandbox(id) });

    private async ValueTask PrepareDevicesAsync(Pod pod, CancellationToken late)
    {
        try
        {
            await services.Devices.PrepareAsync(pod, late);
        }
        catch (DevicesNotReadyException failed)
        {
            throw new HostResourceException("FailedPrepareDynamicResources", $"Failed to prepare dynamic resources: prepare dynamic resources: {failed.Message}", failed);
        }
    }

    /// <summary>The runtime itself says whether it has the handler.</summary>
    /// <exception cref="RuntimeException">The class is gone since the pod was let in.</exception>
    private async ValueTask<string> HandlerOfAsync(Pod pod)
    {
        if (string.IsNullOrEmpty(pod.Spec.RuntimeClassName))
        {
            return "";
        }

        return await node.RuntimeClassOf(pod.Spec.RuntimeClassName) is { } found
            ? found.Handler
            : throw new RuntimeException($"runtimeclass.node.k8s.io \"{pod.Spec.RuntimeClassName}\" not found");
    }

    private async Task ChangeAsync(Pod pod, string what, Func<ValueTask> act, Func<PodWorkerState, PodWorkerState> succeeded)
    {
        Func<PodWorkerState, PodWorkerState> change = succeeded;
        try
        {
            await act();
            Volatile.Write(ref _failures, 0);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            PodLog.Failed(services.Log, ObjectKey.Of(pod), what, failed);
            change = static state => state;
            await Task.Delay(FailureBackOff.Soon(Interlocked.Increment(ref _failures)), services.Time, stop);
        }
        finally
        {
            mailbox.Post(state => change(state).WithRuntimeState(runtime => runtime with { SandboxOperations = runtime.SandboxOperations - 1 }));
        }
    }
}
