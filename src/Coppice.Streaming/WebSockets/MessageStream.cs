using System.Net.WebSockets;
using System.Text;

namespace Coppice.Streaming.WebSockets;

/// <summary>A stream whose bytes become messages of a WebSocket, which is opened when there is something to write or to flush.</summary>
internal abstract class MessageStream(Func<ValueTask<WebSocket>> open) : DuplexStream
{
    private WebSocket? _socket;

    public override bool CanRead => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default) => throw new NotSupportedException();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default)
    {
        await FlushAsync(stop);
        if (!buffer.IsEmpty)
        {
            await TellAsync(buffer);
        }
    }

    public override async Task FlushAsync(CancellationToken stop)
    {
        if (_socket is null)
        {
            _socket = await open();
            await BeginAsync();
        }
    }

    protected virtual ValueTask BeginAsync() => ValueTask.CompletedTask;

    protected abstract ValueTask TellAsync(ReadOnlyMemory<byte> bytes);

    protected async ValueTask SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, bool isWhole)
    {
        try
        {
            // Without a token, which would end the socket in the middle of a message.
            await _socket!.SendAsync(message, type, isWhole, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("the client is gone", e);
        }
    }
}

internal sealed class BinaryMessages(Func<ValueTask<WebSocket>> open) : MessageStream(open)
{
    protected override ValueTask BeginAsync() => TellAsync(default);

    protected override ValueTask TellAsync(ReadOnlyMemory<byte> bytes) => SendAsync(bytes, WebSocketMessageType.Binary, isWhole: true);
}

internal sealed class Base64Messages(Func<ValueTask<WebSocket>> open) : MessageStream(open)
{
    protected override ValueTask BeginAsync() => TellAsync(default);

    protected override ValueTask TellAsync(ReadOnlyMemory<byte> bytes) =>
        SendAsync(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes.Span)), WebSocketMessageType.Text, isWhole: true);
}

/// <summary>Each line, with its end, is a message; a long one goes out in fragments.</summary>
internal sealed class TextLines(Func<ValueTask<WebSocket>> open) : MessageStream(open)
{
    protected override async ValueTask TellAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            await SendAsync(bytes[..(end + 1)], WebSocketMessageType.Text, isWhole: true);
            bytes = bytes[(end + 1)..];
        }

        if (!bytes.IsEmpty)
        {
            await SendAsync(bytes, WebSocketMessageType.Text, isWhole: false);
        }
    }
}
