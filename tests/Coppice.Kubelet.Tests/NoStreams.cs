using Coppice.Streaming;

namespace Coppice.Kubelet.Tests;

/// <summary>A node without pods.</summary>
internal sealed class NoStreams : INodeStreams
{
    public ValueTask WriteLogAsync(ContainerTarget target, LogRequest request, Stream output, CancellationToken stop) => throw new StreamTargetException("nothing runs here");

    public ValueTask<CommandOutcome> ExecAsync(ContainerTarget target, CommandRequest request, CommandStreams streams, CancellationToken stop) => throw new StreamTargetException("nothing runs here");

    public ValueTask<CommandOutcome> AttachAsync(ContainerTarget target, CommandRequest request, CommandStreams streams, CancellationToken stop) => throw new StreamTargetException("nothing runs here");

    public ValueTask<Stream> ConnectAsync(PodTarget target, int port, CancellationToken stop) => throw new StreamTargetException("nothing runs here");
}
