using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>Stops containers as gently as there is time for, and removes them; posts how it went.</summary>
internal sealed class ContainerStopping(PodServices services, PodMailbox mailbox, PodEvents events, CancellationToken stop)
{
    /// <summary>What a container gets after SIGTERM, however late it is.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    /// <summary>How long the last words are waited for that are in a log; the runtime takes some milliseconds to finish one.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(2);

    /// <summary>How often the runtime is asked whether it has finished a log.</summary>
    private static readonly TimeSpan LogPause = TimeSpan.FromMilliseconds(10);

    /// <param name="isHurried">It is being stopped already, but has less time now.</param>
    public async Task StopAsync(Pod pod, PodAction.KillContainer action, string address, bool isHurried)
    {
        var record = action.Record;
        ContainerRecord? ended = null;
        try
        {
            if (!isHurried)
            {
                events.Killing(action.Container, action.Message);
                await RunPreStopAsync(pod, action, address);
            }

            await services.Runtime.StopContainerAsync(record.Id, Grace(pod, action), stop);
            ended = await services.Runtime.FindContainerAsync(record.Id, stop);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            PodLog.Failed(services.Log, ObjectKey.Of(pod), $"stopping container {record.Name}", failed);
            await Task.Delay(FailureBackOff.Pause, services.Time, stop);
        }
        finally
        {
            mailbox.Post(state => (ended is null ? state : state.With(ended)).WithContainer(record.Name, runtime => runtime with { KillDeadline = null }));
        }
    }

    public async Task RemoveAsync(Pod pod, string id)
    {
        Func<PodWorkerState, PodWorkerState> change = state => state with { View = state.View.WithoutContainer(id), OutOfMemory = state.OutOfMemory.Remove(id) };
        try
        {
            await services.Runtime.RemoveContainerAsync(id, stop);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            PodLog.Failed(services.Log, ObjectKey.Of(pod), "removing a container that has ended", failed);
            change = static state => state;
            await Task.Delay(FailureBackOff.Pause, services.Time, stop);
        }
        finally
        {
            mailbox.Post(state => change(state).WithRuntimeState(runtime => runtime with { Removing = runtime.Removing.Remove(id) }));
        }
    }

    /// <summary>What a container left to say, and how the runtime in the end says that it ended.</summary>
    public async Task OnExitAsync(Pod pod, Container container, ContainerRecord ended)
    {
        var mayBeInLog = container.TerminationMessagePolicy == TerminationMessagePolicy.FallbackToLogsOnError && ended.ExitCode != 0;
        ContainerRecord? final = null;
        try
        {
            final = mayBeInLog ? await FindPrintedAsync(ended.Id) : await services.Runtime.FindContainerAsync(ended.Id, stop);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            PodLog.Failed(services.Log, ObjectKey.Of(pod), $"asking how container {ended.Name} ended", failed);
        }

        var words = "";
        try
        {
            words = await services.HostResources.ReadTerminationMessageAsync(pod, container, final ?? ended, stop) ?? "";
        }
        finally
        {
            mailbox.Post(state =>
            {
                if (final is { State: ContainerRunState.Exited } && state.View.Find(final.Id) is not null)
                {
                    state = state with { View = state.View.With(final) };
                }

                return state.WithContainer(ended.Name, runtime => runtime with { TerminationMessages = Kept(state, ended.Name, runtime).SetItem(ended.Id, words) });
            });
        }
    }

    // The event of an exit comes before the end of what was printed.
    private async ValueTask<ContainerRecord?> FindPrintedAsync(string id)
    {
        var until = services.Steady.GetUtcNow() + LogPatience;
        while (true)
        {
            var record = await services.Runtime.FindContainerAsync(id, stop);
            if (record is not { IsLogOpen: true } || services.Steady.GetUtcNow() >= until)
            {
                return record;
            }

            await Task.Delay(LogPause, services.Time, stop);
        }
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Kept(PodWorkerState state, string name, ContainerRuntimeState runtime) =>
        runtime.TerminationMessages.RemoveRange(runtime.TerminationMessages.Keys.Where(id => state.View.Find(id) is null).ToList());

    // Who cannot hear is not waited for.
    private TimeSpan Grace(Pod pod, PodAction.KillContainer action)
    {
        var left = action.Deadline - services.Steady.GetUtcNow();
        return services.HostResources.IsStopped(pod, action.Record) ? TimeSpan.Zero : left > LeastGrace ? left : LeastGrace;
    }

    private async ValueTask RunPreStopAsync(Pod pod, PodAction.KillContainer action, string address)
    {
        var left = action.Deadline - services.Steady.GetUtcNow();
        if (action.Container is not { Spec.Lifecycle.PreStop: { } hook } container || left <= TimeSpan.Zero)
        {
            return;
        }

        // It would not answer a request either; a command is a process of its own.
        if (hook.Exec is null && services.HostResources.IsStopped(pod, action.Record))
        {
            return;
        }

        using var late = new CancellationTokenSource(left.ForTimer(), services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            if (await services.Hooks.RunAsync(hook, container.Spec, action.Record.Id, address, left, both.Token) is not null)
            {
                events.HookFailed(container, isPostStart: false);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            events.HookFailed(container, isPostStart: false);
        }
    }
}
