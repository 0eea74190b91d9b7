using System.Buffers;
using System.IO.Pipelines;

namespace Coppice.Streaming.Spdy;

/// <summary>
/// One stream of a <see cref="SpdyConnection"/>. Reading and writing may go on at the same time, one caller each.
/// A read gives what arrived before it gives an end or an error. Disposing of it before both ends are done resets it.
/// </summary>
public sealed class SpdyStream : DuplexStream, IHalfClosable
{
    private readonly SpdyConnection _connection;
    private readonly FrameWriter _frames;
    private readonly Pipe _incoming;
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _state = new();
    private readonly CancellationTokenSource _aborted = new();
    private IOException? _readFailure;
    private IOException? _writeFailure;
    private bool _localDone;
    private bool _remoteDone;
    private volatile bool _dropping;

    internal SpdyStream(SpdyConnection connection, FrameWriter frames, int id, IReadOnlyDictionary<string, string> headers, int bufferBytes)
    {
        _connection = connection;
        _frames = frames;
        Id = id;
        Headers = headers;
        _incoming = new Pipe(new PipeOptions(pauseWriterThreshold: bufferBytes, resumeWriterThreshold: bufferBytes / 2, useSynchronizationContext: false));
    }

    /// <summary>Odd when the client opened it, even when the server did.</summary>
    public int Id { get; }

    /// <summary>The headers it was opened with.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Completes when the peer has accepted a stream opened here; fails when it refused.</summary>
    public Task Accepted => _accepted.Task;

    /// <summary>Is cancelled when the stream is reset by either end. When the connection ends, what came before is still to be read.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>
    /// Accepts a stream that the peer opened. Go's client waits for this before it uses the stream; of one that did not, and has gone,
    /// what it sent is there all the same.
    /// </summary>
    public async ValueTask AcceptAsync(CancellationToken stop)
    {
        try
        {
            await _frames.WriteSynReplyAsync(Id, new Dictionary<string, string>(), stop);
        }
        catch (IOException)
        {
            // Gone.
        }
    }

    /// <summary>Gives the stream up in both directions. Does nothing when it is over.</summary>
    public void Reset(SpdyResetStatus status = SpdyResetStatus.Cancel)
    {
        lock (_state)
        {
            if (_localDone && _remoteDone)
            {
                return;
            }
        }

        Fail(new SpdyStreamResetException(status));
        _connection.SendReset(Id, status);
    }

    /// <summary>From now on what comes is dropped, so that the connection goes on though nobody reads.</summary>
    public void DropIncoming()
    {
        _dropping = true;
        _incoming.Writer.CancelPendingFlush();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (true)
        {
            // After a failure nothing more arrives, and a wait for it would not end.
            if (!_incoming.Reader.TryRead(out var result))
            {
                if (_readFailure is { } failure)
                {
                    throw failure;
                }

                result = await _incoming.Reader.ReadAsync(stop);
            }

            var count = (int)Math.Min(buffer.Length, result.Buffer.Length);
            var part = result.Buffer.Slice(0, count);
            part.CopyTo(buffer.Span);
            _incoming.Reader.AdvanceTo(part.End);
            if (count > 0)
            {
                return count;
            }

            if (_readFailure is { } lateFailure)
            {
                throw lateFailure;
            }

            if (result.IsCompleted)
            {
                return 0;
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_writeFailure is { } failure)
            {
                throw failure;
            }

            if (_localDone)
            {
                throw new IOException("the stream's writing side was ended");
            }

            var part = buffer[..Math.Min(buffer.Length, FrameWriter.MaxDataBytes)];
            await _frames.WriteDataAsync(Id, part, last: false, stop);
            buffer = buffer[part.Length..];
        }
    }

    public async ValueTask CompleteWritesAsync(CancellationToken stop)
    {
        lock (_state)
        {
            if (_localDone)
            {
                return;
            }

            _localDone = true;
        }

        await _frames.WriteDataAsync(Id, default, last: true, stop);
        ForgetIfOver();
    }

    /// <summary>Where the connection puts what arrives; null once nothing more may. Only the connection's reading loop writes there.</summary>
    internal PipeWriter? Incoming => _remoteDone || _dropping ? null : _incoming.Writer;

    internal void OnAccepted() => _accepted.TrySetResult();

    /// <summary>The peer writes no more. Only called by the connection's reading loop.</summary>
    internal void OnRemoteDone()
    {
        lock (_state)
        {
            if (_remoteDone)
            {
                return;
            }

            _remoteDone = true;
        }

        _incoming.Writer.Complete();
        ForgetIfOver();
    }

    /// <summary>Ends both directions. A reader still gets what had arrived, and an end instead of an error if the peer had ended its side.</summary>
    internal void Fail(IOException reason)
    {
        lock (_state)
        {
            if (_localDone && _remoteDone)
            {
                return;
            }

            if (!_localDone)
            {
                _writeFailure = reason;
            }

            if (!_remoteDone)
            {
                _readFailure = reason;
            }

            _localDone = _remoteDone = true;
        }
        // The pipe's ends belong to the reader and to the connection's reading loop, so they are woken rather than completed.
        _incoming.Reader.CancelPendingRead();
        _incoming.Writer.CancelPendingFlush();
        _accepted.TrySetException(reason);
        _ = _accepted.Task.Exception; // Nobody has to wait for the acceptance.
        if (reason is SpdyStreamResetException)
        {
            _ = _aborted.CancelAsync(); // Not on this thread: who listens may do anything.
        }

        _connection.Forget(this);
    }

    private void ForgetIfOver()
    {
        lock (_state)
        {
            if (!_localDone || !_remoteDone)
            {
                return;
            }
        }

        _connection.Forget(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Reset();
        }

        base.Dispose(disposing);
    }
}
