using System.Runtime.CompilerServices;
using Coppice.Node.Runtime.Containerd.Wire;
using Coppice.Node.Runtime.Grpc;
using Google.Protobuf.WellKnownTypes;

namespace Coppice.Node.Runtime.Cri;

/// <summary>
/// Exits and out-of-memory kills from containerd's own event stream, which is on the same socket as CRI and exists in every
/// version (CRI's own stream came with 1.7).
/// </summary>
/// <remarks>
/// containerd says nothing when a subscription begins, so we publish an event of our own until it comes back: then the
/// subscription stands, and a list taken after it misses nothing.
/// </remarks>
internal sealed class ContainerdEvents(GrpcConnection connection, TimeProvider time)
{
    /// <summary>The containerd namespace in which its CRI plugin keeps everything.</summary>
    public const string CriNamespace = "k8s.io";

    private const string ExitTopic = "/tasks/exit";
    private const string OomTopic = "/tasks/oom";
    private const string EchoTopic = "/coppice/watching";

    private static readonly TimeSpan EchoInterval = TimeSpan.FromMilliseconds(5);

    private static readonly GrpcMethod<SubscribeRequest, Envelope> Subscribe =
        new("/containerd.services.events.v1.Events/Subscribe", Envelope.Parser, Timeout.InfiniteTimeSpan);

    private static readonly GrpcMethod<PublishRequest, Empty> Publish =
        new("/containerd.services.events.v1.Events/Publish", Empty.Parser, TimeSpan.FromSeconds(10));

    public async IAsyncEnumerable<TaskSignal> WatchAsync([EnumeratorCancellation] CancellationToken stop)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var echo = EchoUntilAsync(answered.Token);
        try
        {
            var filters = new SubscribeRequest { Filters = { Filter(ExitTopic), Filter(OomTopic), Filter(EchoTopic) } };
            await foreach (var envelope in connection.StreamAsync(Subscribe, filters, stop))
            {
                if (envelope.Topic != EchoTopic)
                {
                    if (Read(envelope) is { } signal)
                    {
                        yield return signal;
                    }
                }
                else if (!answered.IsCancellationRequested)
                {
                    answered.Cancel();
                    yield return new TaskSignal(TaskSignalType.Listening, "", 0, At(envelope.Timestamp));
                }
            }
        }
        finally
        {
            answered.Cancel();
            await echo;
        }
    }

    private static string Filter(string topic) => $"namespace=={CriNamespace},topic==\"{topic}\"";

    private static TaskSignal? Read(Envelope envelope)
    {
        if (envelope.Topic == OomTopic)
        {
            var killed = TaskOOM.Parser.ParseFrom(envelope.Event.Value);
            return new TaskSignal(TaskSignalType.OutOfMemory, killed.ContainerId, 0, At(envelope.Timestamp));
        }

        var exit = TaskExit.Parser.ParseFrom(envelope.Event.Value);
        if (exit.Id != exit.ContainerId)
        {
            return null;       // a command that ran in the container, not the container itself
        }

        return new TaskSignal(TaskSignalType.Exited, exit.ContainerId, (int)exit.ExitStatus, At(exit.ExitedAt ?? envelope.Timestamp));
    }

    private static DateTimeOffset At(Timestamp timestamp) => timestamp.ToDateTimeOffset();

    private async Task EchoUntilAsync(CancellationToken answered)
    {
        var request = new PublishRequest { Topic = EchoTopic, Event = new Any { TypeUrl = "coppice.Watching" } };
        var inNamespace = new GrpcHeader("containerd-namespace", CriNamespace);
        try
        {
            while (true)
            {
                await connection.CallAsync(Publish, request, answered, header: inNamespace);
                await Task.Delay(EchoInterval, time, answered);
            }
        }
        catch (OperationCanceledException)
        {
            // The echo came back, or the watch ended.
        }
        catch (Exception failed) when (failed is GrpcException or RuntimeUnavailableException)
        {
            // The subscription is on the same connection and reports what is wrong.
        }
    }
}
