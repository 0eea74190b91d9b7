using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Coppice.Streaming.WebSockets;

/// <summary>
/// Several byte streams in one WebSocket, as Kubernetes lays them: the first byte of a message is the channel's number, the rest is its
/// data. In the base64 variants messages are text: a digit, then base64. From v5 on, channel 255 names channels whose writer is done.
/// </summary>
internal sealed class ChannelSocket : IDisposable
{
    private const int CloseChannel = 255;
    private const int MaxDataBytes = 32 * 1024;

    private readonly WebSocket _socket;
    private readonly bool _isBase64;
    private readonly StreamingOptions _options;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<int, Pipe> _incoming;
    private volatile bool _dropping;
    private WebSocketCloseStatus _closeStatus = WebSocketCloseStatus.NormalClosure;

    private ChannelSocket(WebSocket socket, bool isBase64, IEnumerable<int> readable, StreamingOptions options)
    {
        _socket = socket;
        _isBase64 = isBase64;
        _options = options;
        var pipe = new PipeOptions(
            pauseWriterThreshold: options.StreamBufferBytes, resumeWriterThreshold: options.StreamBufferBytes / 2, useSynchronizationContext: false);
        _incoming = readable.ToDictionary(channel => channel, _ => new Pipe(pipe));
    }

    /// <summary>Begins to read. What comes on channels other than the readable ones is dropped.</summary>
    public static ChannelSocket Start(WebSocket socket, bool isBase64, IEnumerable<int> readable, StreamingOptions options)
    {
        var channels = new ChannelSocket(socket, isBase64, readable, options);
        channels.Completion = channels.ReadAsync();
        return channels;
    }

    /// <summary>Completes, without error, when nothing more comes.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>A channel's data from the peer.</summary>
    public PipeReader Incoming(int channel) => _incoming[channel].Reader;

    /// <summary>From now on what comes is read, so that the end is seen, but dropped.</summary>
    public void DropIncoming()
    {
        _dropping = true;
        foreach (var pipe in _incoming.Values)
        {
            pipe.Writer.CancelPendingFlush();
        }
    }

    /// <summary>Sends data on a channel; an empty message when there is none.</summary>
    /// <exception cref="IOException">The socket is closed or broke.</exception>
    public async ValueTask WriteAsync(int channel, ReadOnlyMemory<byte> data, CancellationToken stop)
    {
        do
        {
            var part = data[..Math.Min(data.Length, MaxDataBytes)];
            await SendAsync(channel, part, stop);
            data = data[part.Length..];
        }
        while (!data.IsEmpty);
    }

    /// <summary>Says goodbye, with the reason if the client broke the rules, and ends the socket. What was read before can still be had.</summary>
    public ValueTask CloseAsync(TimeProvider time) => WebSocketUpgrade.CloseAsync(_socket, _closeStatus, Completion, _options, time);

    public void Dispose() => _socket.Abort();

    private async ValueTask SendAsync(int channel, ReadOnlyMemory<byte> data, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        var message = ArrayPool<byte>.Shared.Rent(1 + System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(data.Length));
        try
        {
            var length = data.Length;
            if (_isBase64)
            {
                System.Buffers.Text.Base64.EncodeToUtf8(data.Span, message.AsSpan(1), out _, out length);
            }
            else
            {
                data.Span.CopyTo(message.AsSpan(1));
            }

            message[0] = (byte)(_isBase64 ? '0' + channel : channel);
            // Not the caller's token: it would end the whole socket in the middle of a message.
            await _socket.SendAsync(
                message.AsMemory(0, 1 + length), _isBase64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary, true, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("the client is gone", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
            _turn.Release();
        }
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        try
        {
            if (_isBase64)
            {
                await ReadTextMessagesAsync();
            }
            else
            {
                await ReadBinaryMessagesAsync();
            }
        }
        catch (FormatException)
        {
            _closeStatus = WebSocketCloseStatus.InvalidPayloadData;
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Whatever it was, nothing more comes.
        }

        // An end and no error: whoever reads a channel gets all that came before it.
        foreach (var pipe in _incoming.Values)
        {
            pipe.Writer.Complete();
        }
    }

    private async Task ReadBinaryMessagesAsync()
    {
        var buffer = new byte[MaxDataBytes];
        int? channel = null;
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            var data = buffer.AsMemory(0, received.Count);
            if (channel is null && data.Length > 0)
            {
                channel = data.Span[0];
                data = data[1..];
            }

            if (channel is { } known)
            {
                await DeliverAsync(known, data);
            }

            if (received.EndOfMessage)
            {
                channel = null;
            }
        }
    }

    private async Task ReadTextMessagesAsync()
    {
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            var received = await _socket.ReceiveAsync(message.GetMemory(4096), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            message.Advance(received.Count);
            if (message.WrittenCount > _options.MaxMessageBytes)
            {
                _closeStatus = WebSocketCloseStatus.MessageTooBig;
                return;
            }

            if (!received.EndOfMessage || message.WrittenCount == 0)
            {
                continue;
            }

            var text = System.Text.Encoding.ASCII.GetString(message.WrittenSpan[1..]);
            await DeliverAsync(message.WrittenSpan[0] - '0', Convert.FromBase64String(text));
            message.Clear();
        }
    }

    private async ValueTask DeliverAsync(int channel, ReadOnlyMemory<byte> data)
    {
        if (channel == CloseChannel)
        {
            foreach (var closed in data.ToArray())
            {
                if (_incoming.TryGetValue(closed, out var done))
                {
                    done.Writer.Complete();
                }
            }

            return;
        }

        if (_dropping || data.IsEmpty || !_incoming.TryGetValue(channel, out var pipe))
        {
            return;
        }

        await pipe.Writer.WriteAsync(data);
    }
}
