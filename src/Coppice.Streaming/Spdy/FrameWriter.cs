using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Channels;

namespace Coppice.Streaming.Spdy;

/// <summary>
/// Writes whole frames, one at a time, each in one write to the transport. Data waits for the transport; short answers that the
/// reading side owes the peer are queued instead, since a reader that waits for a writer can stall both ends.
/// </summary>
internal sealed class FrameWriter : IDisposable
{
    /// <summary>The most data in one frame, in bytes: what kubectl and containerd write at once.</summary>
    public const int MaxDataBytes = 32 * 1024;

    /// <summary>How many answers may wait. A peer that asks more without reading its answers is broken.</summary>
    private const int MaxQueuedAnswers = 1024;

    private readonly Stream _transport;
    private readonly CancellationToken _ended;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HeaderDeflater _deflater = new();
    private readonly Channel<byte[]> _answers = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxQueuedAnswers) { SingleReader = true });

    /// <param name="ended">Ends writes under way. A caller's own token only ends its wait for a turn: half a frame would garble all that follows.</param>
    public FrameWriter(Stream transport, CancellationToken ended)
    {
        _transport = transport;
        _ended = ended;
    }

    public async ValueTask WriteDataAsync(int streamId, ReadOnlyMemory<byte> data, bool last, CancellationToken stop)
    {
        var frame = ArrayPool<byte>.Shared.Rent(FrameHeader.Size + data.Length);
        try
        {
            new FrameHeader(null, streamId, last ? FrameHeader.Fin : (byte)0, data.Length).Write(frame);
            data.CopyTo(frame.AsMemory(FrameHeader.Size));
            await WriteInTurnAsync(() => frame.AsMemory(0, FrameHeader.Size + data.Length), stop);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>Opens a stream. Its number is drawn when it is this frame's turn, so that numbers go out in ascending order.</summary>
    public ValueTask WriteSynStreamAsync(Func<int> drawStreamId, IReadOnlyDictionary<string, string> headers, CancellationToken stop) =>
        WriteInTurnAsync(() =>
        {
            var id = drawStreamId();
            // After the number: the associated stream (none), priority and slot (0).
            return HeaderFrame(FrameType.SynStream, id, fixedLength: 10, headers);
        }, stop);

    public ValueTask WriteSynReplyAsync(int streamId, IReadOnlyDictionary<string, string> headers, CancellationToken stop) =>
        WriteInTurnAsync(() => HeaderFrame(FrameType.SynReply, streamId, fixedLength: 4, headers), stop);

    public ValueTask WriteGoAwayAsync(int lastStreamId, SpdyGoAwayStatus status, CancellationToken stop) =>
        WriteInTurnAsync(() => ControlFrame(FrameType.GoAway, lastStreamId, (int)status), stop);

    /// <returns>False when too many answers are waiting already.</returns>
    public bool AnswerPing(int id) => _answers.Writer.TryWrite(ControlFrame(FrameType.Ping, id));

    /// <inheritdoc cref="AnswerPing"/>
    public bool AnswerReset(int streamId, SpdyResetStatus status) =>
        _answers.Writer.TryWrite(ControlFrame(FrameType.RstStream, streamId, (int)status));

    /// <inheritdoc cref="AnswerPing"/>
    public bool AnswerGoAway(int lastStreamId, SpdyGoAwayStatus status) =>
        _answers.Writer.TryWrite(ControlFrame(FrameType.GoAway, lastStreamId, (int)status));

    /// <summary>Writes the queued answers until <see cref="EndAnswers"/> or the transport breaks.</summary>
    public async Task WriteAnswersAsync()
    {
        try
        {
            while (await _answers.Reader.WaitToReadAsync(_ended))
            {
                while (_answers.Reader.TryRead(out var frame))
                {
                    await WriteInTurnAsync(() => frame, CancellationToken.None);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The transport broke: the reading side sees that too, and says so.
        }
    }

    public void EndAnswers() => _answers.Writer.TryComplete();

    public void Dispose() => _turn.Dispose();

    private async ValueTask WriteInTurnAsync(Func<ReadOnlyMemory<byte>> frame, CancellationToken stop)
    {
        try
        {
            await _turn.WaitAsync(stop);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("the connection has ended", e);
        }

        try
        {
            await _transport.WriteAsync(frame(), _ended);
            await _transport.FlushAsync(_ended);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("the connection has ended", e);
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        try
        {
            _turn.Release();
        }
        catch (ObjectDisposedException)
        {
            // The connection was closed while this frame was on its way.
        }
    }

    private static byte[] ControlFrame(FrameType type, params ReadOnlySpan<int> numbers)
    {
        var frame = new byte[FrameHeader.Size + 4 * numbers.Length];
        new FrameHeader(type, 0, 0, 4 * numbers.Length).Write(frame);
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(FrameHeader.Size + 4 * i), numbers[i]);
        }

        return frame;
    }

    private byte[] HeaderFrame(FrameType type, int streamId, int fixedLength, IReadOnlyDictionary<string, string> headers)
    {
        var block = _deflater.Deflate(HeaderBlock.Encode(headers));
        var frame = new byte[FrameHeader.Size + fixedLength + block.Length];
        new FrameHeader(type, 0, 0, fixedLength + block.Length).Write(frame);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(FrameHeader.Size), streamId);
        block.CopyTo(frame.AsSpan(FrameHeader.Size + fixedLength));
        return frame;
    }
}
