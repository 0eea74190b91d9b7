using System.IO.Pipelines;

namespace Coppice.Streaming.WebSockets;

/// <summary>One channel of a <see cref="ChannelSocket"/> as a stream.</summary>
/// <param name="incoming">Null for a channel that is only written.</param>
internal sealed class ChannelStream(ChannelSocket socket, int channel, PipeReader? incoming) : DuplexStream
{
    private readonly Stream? _reads = incoming?.AsStream(leaveOpen: true);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default) =>
        _reads?.ReadAsync(buffer, stop) ?? throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default) =>
        buffer.IsEmpty ? ValueTask.CompletedTask : socket.WriteAsync(channel, buffer, stop);

    public override bool CanRead => _reads is not null;
}
