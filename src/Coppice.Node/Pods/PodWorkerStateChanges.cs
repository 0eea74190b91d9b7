using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Objects;

namespace Coppice.Node.Pods;

/// <summary>What happenings make of a worker's state. Pure.</summary>
internal static class PodWorkerStateChanges
{
    public static PodWorkerState WithRuntimeState(this PodWorkerState state, Func<PodRuntimeState, PodRuntimeState> change) => state with { RuntimeState = change(state.RuntimeState) };

    public static PodWorkerState WithContainer(this PodWorkerState state, string name, Func<ContainerRuntimeState, ContainerRuntimeState> change) =>
        state with { RuntimeState = state.RuntimeState.With(name, change) };

    /// <summary>An event of the runtime: it says all that is needed, so nothing has to be asked before the next step.</summary>
    public static PodWorkerState After(this PodWorkerState state, RuntimeEvent told)
    {
        switch (told.Type)
        {
            case RuntimeEventType.ContainerOutOfMemory:
                return state with { OutOfMemory = state.OutOfMemory.Add(told.Id) };
            case RuntimeEventType.SandboxExited:
                var sandbox = state.View.Sandboxes.FirstOrDefault(one => one.Id == told.Id);
                return sandbox is null ? state : state with { View = state.View.With(sandbox with { State = SandboxState.NotReady }) };
            default:
                if (state.View.Find(told.Id) is not { } record)
                {
                    return state with { EarlyExits = state.EarlyExits.SetItem(told.Id, told) };
                }

                return state with { View = state.View.With(Ended(record, told, state)) };
        }
    }

    /// <summary>A container as the runtime told of it. An end that is known is never taken back.</summary>
    public static PodWorkerState With(this PodWorkerState state, ContainerRecord record)
    {
        if (state.View.Find(record.Id) is { State: ContainerRunState.Exited } ended && record.State != ContainerRunState.Exited)
        {
            record = ended;
        }

        if (state.EarlyExits.TryGetValue(record.Id, out var early))
        {
            record = Ended(record, early, state);
        }

        return state with { View = state.View.With(record), EarlyExits = state.EarlyExits.Remove(record.Id) };
    }

    /// <summary>
    /// What an audit found, if nothing changed here since it was begun; otherwise it may be older than what is known, and the next
    /// one will do.
    /// </summary>
    public static PodWorkerState Audited(this PodWorkerState state, PodView asOf, PodView found)
    {
        if (!ReferenceEquals(state.View, asOf))
        {
            return state;
        }

        var next = state with { View = new PodView(found.Sandboxes.Select(one => StillEnded(state, one)), []) };
        foreach (var record in found.Containers)
        {
            var known = state.View.Find(record.Id);
            var isTakenBack = known is { State: ContainerRunState.Exited } && record.State != ContainerRunState.Exited;
            next = next.With(isTakenBack ? known! : record);
        }

        return next;
    }

    /// <summary>
    /// A probe's report. It counts for the newest container of its name, also if only an audit told of its start; what is still said of
    /// one before it does not.
    /// </summary>
    /// <param name="failuresMax">The readiness probe's failure threshold.</param>
    public static PodWorkerState Probed(this PodWorkerState state, ProbeReport report, int failuresMax)
    {
        if (state.View.Newest(report.Container)?.Id != report.ContainerId)
        {
            return state;
        }

        return state.WithContainer(report.Container, runtime =>
        {
            var before = runtime.Probes.ContainerId == report.ContainerId ? runtime.Probes : ProbeState.For(report.ContainerId);
            return runtime with { Probes = before.After(report, failuresMax) };
        });
    }

    // The runtime may hold one for good whose network is gone.
    private static SandboxRecord StillEnded(PodWorkerState state, SandboxRecord found) =>
        state.View.Sandboxes.Any(known => known.Id == found.Id && known.State == SandboxState.NotReady) ? found with { State = SandboxState.NotReady } : found;

    private static ContainerRecord Ended(ContainerRecord record, RuntimeEvent told, PodWorkerState state)
    {
        if (record.State == ContainerRunState.Exited)
        {
            return record;
        }

        var reason = ExitReasons.Of(told.ExitCode, state.OutOfMemory.Contains(record.Id));
        return record with { State = ContainerRunState.Exited, ExitCode = told.ExitCode, FinishedAt = told.At, Reason = reason };
    }
}
