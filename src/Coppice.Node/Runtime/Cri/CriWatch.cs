using System.Runtime.CompilerServices;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Runtime.Cri.Wire;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Runtime.Cri;

/// <summary>
/// The runtime's events in our words: tells sandboxes from containers, and makes up for what ended while nobody watched.
/// </summary>
internal sealed class CriWatch(CriConnection cri, TaskRegister register, TimeProvider time)
{
    public async IAsyncEnumerable<RuntimeEvent> WatchAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await using var signals = await OpenAsync(stop);
        while (await NextAsync(signals))
        {
            var signal = signals.Current;
            switch (signal.Type)
            {
                case TaskSignalType.Listening:
                    foreach (var missed in await MissedAsync(stop))
                    {
                        yield return missed;
                    }

                    break;
                case TaskSignalType.OutOfMemory:
                    register.RanOutOfMemory(signal.Id);
                    yield return new RuntimeEvent(RuntimeEventType.ContainerOutOfMemory, signal.Id, 0, signal.At);
                    break;
                case TaskSignalType.Exited:
                    register.Exited(signal.Id, new TaskExitNote(signal.ExitCode, signal.At));
                    yield return new RuntimeEvent(await TypeAsync(signal.Id, stop), signal.Id, signal.ExitCode, signal.At);
                    break;
            }
        }

        stop.ThrowIfCancellationRequested();
        throw new RuntimeUnavailableException($"The container runtime at {cri.Grpc.SocketPath} closed its event stream");
    }

    // containerd's stream where there is one; its first signal decides, since an unknown method fails only when it is read.
    private async ValueTask<IAsyncEnumerator<TaskSignal>> OpenAsync(CancellationToken stop)
    {
        var own = new ContainerdEvents(cri.Grpc, time).WatchAsync(stop).GetAsyncEnumerator(stop);
        try
        {
            if (await own.MoveNextAsync())
            {
                return new Resumed(own);
            }
        }
        catch (GrpcException failed) when (failed.Code == GrpcCode.Unimplemented)
        {
            await own.DisposeAsync();
            return new CriEvents(cri.Grpc).WatchAsync(stop).GetAsyncEnumerator(stop);
        }
        catch (GrpcException failed)
        {
            await own.DisposeAsync();
            stop.ThrowIfCancellationRequested();
            throw CriConnection.Translate(failed);
        }

        return own;
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<TaskSignal> signals)
    {
        try
        {
            return await signals.MoveNextAsync();
        }
        catch (GrpcException failed)
        {
            throw new RuntimeUnavailableException(failed.Message, failed);
        }
    }

    private async ValueTask<RuntimeEventType> TypeAsync(string id, CancellationToken stop)
    {
        if (register.Find(id) is not { } known)
        {
            var sandbox = await cri.FindAsync(CriMethods.PodSandboxStatus, new PodSandboxStatusRequest { PodSandboxId = id }, stop);
            return sandbox is null ? RuntimeEventType.ContainerExited : RuntimeEventType.SandboxExited;
        }

        return known.Kind == TaskKind.Sandbox ? RuntimeEventType.SandboxExited : RuntimeEventType.ContainerExited;
    }

    private async ValueTask<IReadOnlyList<RuntimeEvent>> MissedAsync(CancellationToken stop)
    {
        var ran = register.Running();
        if (ran.Count == 0)
        {
            return [];
        }

        var sandboxes = await cri.AskAsync(CriMethods.ListPodSandbox, new ListPodSandboxRequest(), stop);
        var containers = await cri.AskAsync(CriMethods.ListContainers, new ListContainersRequest(), stop);
        var runs = new HashSet<string>(sandboxes.Items.Where(one => one.State == PodSandboxState.SandboxReady).Select(one => one.Id));
        runs.UnionWith(containers.Containers.Where(one => one.State == Wire.ContainerState.ContainerRunning).Select(one => one.Id));

        var missed = new List<RuntimeEvent>();
        foreach (var (id, known) in ran)
        {
            if (runs.Contains(id))
            {
                continue;
            }

            missed.Add(await ExitOfAsync(id, known, stop));
        }

        return missed;
    }

    private async ValueTask<RuntimeEvent> ExitOfAsync(string id, KnownTask known, CancellationToken stop)
    {
        register.Stopped(id);
        if (known.Kind == TaskKind.Sandbox)
        {
            return new RuntimeEvent(RuntimeEventType.SandboxExited, id, CriRuntime.ExitCodeUnknown, time.GetUtcNow());
        }

        var answer = await cri.FindAsync(CriMethods.ContainerStatus, new ContainerStatusRequest { ContainerId = id }, stop);
        var at = answer is { Status.FinishedAt: > 0 }
            ? DateTimeOffset.UnixEpoch.AddTicks(answer.Status.FinishedAt / TimeSpan.NanosecondsPerTick)
            : time.GetUtcNow();
        return new RuntimeEvent(RuntimeEventType.ContainerExited, id, answer?.Status.ExitCode ?? CriRuntime.ExitCodeUnknown, at);
    }

    /// <summary>An enumerator whose first element was already fetched.</summary>
    private sealed class Resumed(IAsyncEnumerator<TaskSignal> rest) : IAsyncEnumerator<TaskSignal>
    {
        private bool _started;

        public TaskSignal Current => rest.Current;

        public ValueTask DisposeAsync() => rest.DisposeAsync();

        public ValueTask<bool> MoveNextAsync()
        {
            if (_started)
            {
                return rest.MoveNextAsync();
            }

            _started = true;
            return ValueTask.FromResult(true);
        }
    }
}
