using System.IO.Pipelines;

namespace Coppice.Streaming.WebSockets;

/// <summary>One channel of a <see cref="ChannelSocket"/> as a stream.</summary>
/// <param name="incoming">Null for a channel that is only written.</param>
internal sealed class ChannelStream(ChannelSocket socket, int channel, PipeReader? incoming) : Stream
{
    private readonly Stream? _reads = incoming?.AsStream(leaveOpen: true);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default) =>
        _reads?.ReadAsync(buffer, stop) ?? throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default) =>
        buffer.IsEmpty ? ValueTask.CompletedTask : socket.WriteAsync(channel, buffer, stop);

    public override bool CanRead => _reads is not null;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken stop) => ReadAsync(buffer.AsMemory(offset, count), stop).AsTask();
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken stop) => WriteAsync(buffer.AsMemory(offset, count), stop).AsTask();
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    public override void Flush() { }
    public override Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
