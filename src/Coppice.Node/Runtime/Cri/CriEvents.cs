using System.Runtime.CompilerServices;
using Coppice.Node.Runtime.Cri.Wire;
using Coppice.Node.Runtime.Grpc;
using Coppice.Objects;

namespace Coppice.Node.Runtime.Cri;

/// <summary>Exits from CRI's own event stream: for runtimes that are not containerd.</summary>
internal sealed class CriEvents(GrpcConnection connection)
{
    public async IAsyncEnumerable<TaskSignal> WatchAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var change in connection.StreamAsync(CriMethods.GetContainerEvents, new GetEventsRequest(), stop))
        {
            if (change.ContainerEventType != ContainerEventType.ContainerStoppedEvent)
            {
                continue;
            }

            var status = change.ContainersStatuses.FirstOrDefault(one => one.Id == change.ContainerId);
            var at = DateTimeOffset.UnixEpoch.AddTicks(change.CreatedAt / TimeSpan.NanosecondsPerTick);
            if (status?.Reason == ExitReasons.OutOfMemory)
            {
                yield return new TaskSignal(TaskSignalType.OutOfMemory, change.ContainerId, 0, at);
            }

            yield return new TaskSignal(TaskSignalType.Exited, change.ContainerId, status?.ExitCode ?? CriRuntime.ExitCodeUnknown, at);
        }
    }
}
