using System.Buffers.Binary;
using System.Threading.Channels;

namespace Coppice.Streaming.Spdy;

/// <summary>
/// A SPDY/3.1 connection over any duplex byte stream, as its client or its server: what kubectl's older commands, its newer
/// port-forward and CRI's streaming servers speak. Made for those peers: priorities and settings are read over, and there is no flow
/// control, which Go's implementation lacks too; a stream whose reader is slow holds up the connection once its buffer is full.
/// </summary>
/// <remarks>Safe for concurrent use. Dispose of it to end it; that also disposes of the transport.</remarks>
public sealed class SpdyConnection : IAsyncDisposable
{
    private readonly Stream _transport;
    private readonly StreamingOptions _options;
    private readonly CancellationTokenSource _ended = new();
    private readonly FrameWriter _frames;
    private readonly FrameReader _reader;
    private readonly HeaderInflater _inflater = new();
    private readonly Dictionary<int, SpdyStream> _streams = [];
    private readonly Lock _streamsLock = new();
    private readonly Channel<SpdyStream> _opened = Channel.CreateUnbounded<SpdyStream>();
    private readonly int _ownParity;
    private int _nextId;
    private int _lastPeerId;
    private bool _refusing;
    private Task _reading = Task.CompletedTask;
    private Task _answering = Task.CompletedTask;

    private SpdyConnection(Stream transport, bool isServer, StreamingOptions options)
    {
        _transport = transport;
        _options = options;
        _frames = new FrameWriter(transport, _ended.Token);
        _reader = new FrameReader(transport);
        _nextId = isServer ? 2 : 1;
        _ownParity = _nextId & 1;
    }

    /// <summary>Begins to read. The transport belongs to the connection from now on.</summary>
    public static SpdyConnection Start(Stream transport, bool isServer, StreamingOptions options)
    {
        var connection = new SpdyConnection(transport, isServer, options);
        connection._answering = connection._frames.WriteAnswersAsync();
        connection._reading = connection.ReadAsync();
        return connection;
    }

    /// <summary>Completes, without error, when nothing more comes from the peer. <see cref="Failure"/> says why.</summary>
    public Task Completion => _reading;

    /// <summary>Null as long as it lives, and when the peer ended it between two frames.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>The next stream the peer opened, to be accepted or reset; null when no more will come.</summary>
    public async ValueTask<SpdyStream?> NextStreamAsync(CancellationToken stop)
    {
        while (await _opened.Reader.WaitToReadAsync(stop))
        {
            if (_opened.Reader.TryRead(out var stream))
            {
                return stream;
            }
        }

        return null;
    }

    /// <summary>Opens a stream. It may be used at once; <see cref="SpdyStream.Accepted"/> tells when the peer has agreed.</summary>
    public async ValueTask<SpdyStream> OpenStreamAsync(IReadOnlyDictionary<string, string> headers, CancellationToken stop)
    {
        SpdyStream? stream = null;
        await _frames.WriteSynStreamAsync(() =>
        {
            lock (_streamsLock)
            {
                stream = new SpdyStream(this, _frames, _nextId, headers, _options.StreamBufferBytes);
                _nextId += 2;
                _streams.Add(stream.Id, stream);
            }

            return stream.Id;
        }, headers, stop);
        if (_reading.IsCompleted)
        {
            stream!.Fail(EndReason());
        }

        return stream!;
    }

    /// <summary>From now on, streams that the peer opens are refused.</summary>
    public void RefuseStreams()
    {
        _refusing = true;
        while (_opened.Reader.TryRead(out var stream))
        {
            stream.Reset(SpdyResetStatus.RefusedStream);
        }
    }

    /// <summary>
    /// Says goodbye, waits until the peer has ended the connection too or the time is over, and ends it. What was written before arrives.
    /// </summary>
    public async ValueTask CloseAsync(TimeProvider time)
    {
        using var farewell = new CancellationTokenSource(_options.FarewellTimeout, time);
        try
        {
            await _frames.WriteGoAwayAsync(_lastPeerId, SpdyGoAwayStatus.Ok, farewell.Token);
            await HalfClose.CompleteWritesAsync(_transport, farewell.Token);
            await _reading.WaitAsync(farewell.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It is gone already, or does not answer.
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended.IsCancellationRequested)
        {
            return;
        }

        await _ended.CancelAsync();
        _frames.EndAnswers();
        await _reading;
        await _answering;
        await _transport.DisposeAsync();
        _inflater.Dispose();
    }

    internal void Forget(SpdyStream stream)
    {
        lock (_streamsLock)
        {
            _streams.Remove(stream.Id);
        }
    }

    internal void SendReset(int streamId, SpdyResetStatus status) => _frames.AnswerReset(streamId, status);

    private async Task ReadAsync()
    {
        await Task.Yield(); // A transport that never has to wait must not keep the starter here.
        try
        {
            while (await _reader.ReadHeaderAsync(_ended.Token) is { } header)
            {
                await ReadFrameAsync(header);
            }
        }
        catch (SpdyProtocolException e)
        {
            Failure = e;
            _frames.AnswerGoAway(_lastPeerId, SpdyGoAwayStatus.ProtocolError);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            Failure = e as IOException ?? EndReason();
        }

        EndStreams();
    }

    private void EndStreams()
    {
        _opened.Writer.TryComplete();
        SpdyStream[] left;
        lock (_streamsLock)
        {
            left = [.. _streams.Values];
        }

        foreach (var stream in left)
        {
            stream.Fail(EndReason());
        }
    }

    private IOException EndReason() => Failure ?? new IOException("the connection ended before the stream did");

    private async ValueTask ReadFrameAsync(FrameHeader header)
    {
        if (header.Type is not { } type)
        {
            var stream = Find(header.StreamId);
            // Data for a stream that is over may still have been on its way.
            await _reader.CopyPayloadAsync(header.Length, stream?.Incoming, _ended.Token);
            if (header.IsLast)
            {
                stream?.OnRemoteDone();
            }

            return;
        }

        if (header.Length > _options.MaxControlFrameBytes)
        {
            throw new SpdyProtocolException($"a control frame of {header.Length} bytes; at most {_options.MaxControlFrameBytes} are taken");
        }

        ReadControlFrame(type, header.IsLast, await _reader.ReadPayloadAsync(header.Length, _ended.Token));
    }

    private void ReadControlFrame(FrameType type, bool isLast, byte[] payload)
    {
        switch (type)
        {
            case FrameType.SynStream:
                OnSynStream(StreamIdOf(payload, 10), isLast, ReadHeaders(payload.AsMemory(10)));
                break;
            case FrameType.SynReply:
                var replied = Find(StreamIdOf(payload, 4));
                ReadHeaders(payload.AsMemory(4));
                replied?.OnAccepted();
                if (isLast)
                {
                    replied?.OnRemoteDone();
                }

                break;
            case FrameType.Headers:
                var described = Find(StreamIdOf(payload, 4));
                ReadHeaders(payload.AsMemory(4)); // Nobody here sends any that matter, but the inflater must see them.
                if (isLast)
                {
                    described?.OnRemoteDone();
                }

                break;
            case FrameType.RstStream:
                var reset = Find(StreamIdOf(payload, 8));
                reset?.Fail(new SpdyStreamResetException((SpdyResetStatus)BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4))));
                break;
            case FrameType.Ping:
                OnPing(StreamIdOf(payload, 4));
                break;
            case FrameType.GoAway:
                _opened.Writer.TryComplete();
                break;
            // Settings, window updates and what is not known tell nothing that is needed here.
        }
    }

    private void OnSynStream(int id, bool isLast, IReadOnlyDictionary<string, string> headers)
    {
        if (id == 0 || (id & 1) == _ownParity)
        {
            throw new SpdyProtocolException($"the peer opened stream {id}, which is not its to open");
        }

        SpdyStream? stream = null;
        lock (_streamsLock)
        {
            // Go's older clients open streams from several threads, out of order; only a number in use is wrong.
            if (_streams.ContainsKey(id))
            {
                throw new SpdyProtocolException($"the peer opened stream {id} twice");
            }

            _lastPeerId = Math.Max(_lastPeerId, id);
            if (!_refusing && _streams.Count < _options.MaxStreams)
            {
                stream = new SpdyStream(this, _frames, id, headers, _options.StreamBufferBytes);
                _streams.Add(id, stream);
            }
        }

        if (stream is null || !_opened.Writer.TryWrite(stream))
        {
            if (stream is not null)
            {
                Forget(stream);
            }

            Owe(_frames.AnswerReset(id, SpdyResetStatus.RefusedStream));
            return;
        }

        if (isLast)
        {
            stream.OnRemoteDone();
        }
    }

    private void OnPing(int id)
    {
        if ((id & 1) != _ownParity)
        {
            Owe(_frames.AnswerPing(id));
        }
    }

    private static void Owe(bool answered)
    {
        if (!answered)
        {
            throw new SpdyProtocolException("the peer asks without reading the answers");
        }
    }

    private SpdyStream? Find(int id)
    {
        lock (_streamsLock)
        {
            return _streams.GetValueOrDefault(id);
        }
    }

    private static int StreamIdOf(byte[] payload, int minLength) =>
        payload.Length >= minLength
            ? BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue
            : throw new SpdyProtocolException($"a control frame of {payload.Length} bytes, which needs {minLength}");

    private IReadOnlyDictionary<string, string> ReadHeaders(ReadOnlyMemory<byte> block) =>
        HeaderBlock.Decode(_inflater.Inflate(block, _options.MaxControlFrameBytes).Span);
}
