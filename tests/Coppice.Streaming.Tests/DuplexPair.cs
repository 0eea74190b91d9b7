using System.IO.Pipelines;
using Coppice.Streaming;

namespace Coppice.Streaming.Tests;

/// <summary>Two ends of a connection in memory; what one writes the other reads.</summary>
internal sealed class DuplexPair : DuplexStream, IHalfClosable
{
    private readonly Stream _reads;
    private readonly Stream _writes;
    private readonly PipeWriter _writer;

    private DuplexPair(PipeReader reader, PipeWriter writer)
    {
        _reads = reader.AsStream();
        _writes = writer.AsStream();
        _writer = writer;
    }

    public static (DuplexPair A, DuplexPair B) Create()
    {
        var there = new Pipe();
        var back = new Pipe();
        return (new DuplexPair(back.Reader, there.Writer), new DuplexPair(there.Reader, back.Writer));
    }

    public ValueTask CompleteWritesAsync(CancellationToken stop) => _writer.CompleteAsync();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default) => _reads.ReadAsync(buffer, stop);
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default) => _writes.WriteAsync(buffer, stop);
    public override Task FlushAsync(CancellationToken stop) => _writes.FlushAsync(stop);

    protected override void Dispose(bool disposing)
    {
        _writes.Dispose();
        _reads.Dispose();
    }
}
