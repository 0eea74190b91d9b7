using System.Buffers;
using System.IO.Pipelines;

namespace Coppice.Streaming.Spdy;

/// <summary>Takes a byte stream apart into frames. One caller, frame after frame: a header, then its payload by one of the other calls.</summary>
internal sealed class FrameReader(Stream transport)
{
    private readonly PipeReader _reader = PipeReader.Create(transport, new StreamPipeReaderOptions(bufferSize: 32 * 1024, leaveOpen: true));

    /// <summary>The next header; null when the transport ended between two frames.</summary>
    public async ValueTask<FrameHeader?> ReadHeaderAsync(CancellationToken stop)
    {
        var result = await _reader.ReadAtLeastAsync(FrameHeader.Size, stop);
        if (result.Buffer.Length < FrameHeader.Size)
        {
            return result.Buffer.IsEmpty ? null : throw EndsInsideFrame();
        }

        var header = Parse(result.Buffer);
        _reader.AdvanceTo(result.Buffer.GetPosition(FrameHeader.Size));
        return header;
    }

    /// <summary>A control frame's payload, whole.</summary>
    public async ValueTask<byte[]> ReadPayloadAsync(int length, CancellationToken stop)
    {
        if (length == 0)
        {
            return [];
        }

        var result = await _reader.ReadAtLeastAsync(length, stop);
        if (result.Buffer.Length < length)
        {
            throw EndsInsideFrame();
        }

        var payload = result.Buffer.Slice(0, length).ToArray();
        _reader.AdvanceTo(result.Buffer.GetPosition(length));
        return payload;
    }

    /// <summary>
    /// Hands a data frame's payload over as it comes, waiting while the destination is full. Once the destination wants no more, and
    /// when there is none, the rest is dropped.
    /// </summary>
    public async ValueTask CopyPayloadAsync(int length, PipeWriter? destination, CancellationToken stop)
    {
        while (length > 0)
        {
            var result = await _reader.ReadAsync(stop);
            if (result.Buffer.IsEmpty && result.IsCompleted)
            {
                throw EndsInsideFrame();
            }

            var part = result.Buffer.Slice(0, Math.Min(length, result.Buffer.Length));
            if (destination is not null)
            {
                foreach (var segment in part)
                {
                    destination.Write(segment.Span);
                }

                var flush = await destination.FlushAsync(stop);
                if (flush.IsCompleted || flush.IsCanceled)
                {
                    destination = null;
                }
            }

            length -= (int)part.Length;
            _reader.AdvanceTo(part.End);
        }
    }

    private static FrameHeader Parse(ReadOnlySequence<byte> buffer)
    {
        Span<byte> bytes = stackalloc byte[FrameHeader.Size];
        buffer.Slice(0, FrameHeader.Size).CopyTo(bytes);
        return FrameHeader.Read(bytes);
    }

    private static SpdyProtocolException EndsInsideFrame() => new("the connection ended inside a frame");
}
