using System.Net.WebSockets;

namespace Coppice.Streaming.WebSockets;

/// <summary>The bytes of a WebSocket's binary messages as one stream both ways; where one message ends does not matter.</summary>
internal sealed class WebSocketByteStream(WebSocket socket) : DuplexStream, IHalfClosable
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, stop);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return 0;
                }

                if (received.MessageType != WebSocketMessageType.Binary)
                {
                    throw new IOException("a text message in a tunnel of bytes");
                }

                if (received.Count > 0)
                {
                    return received.Count;
                }
            }
        }
        catch (WebSocketException e)
        {
            throw new IOException("the WebSocket broke", e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, stop);
        }
        catch (WebSocketException e)
        {
            throw new IOException("the WebSocket broke", e);
        }
    }

    public async ValueTask CompleteWritesAsync(CancellationToken stop)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
            }
        }
        catch (WebSocketException e)
        {
            throw new IOException("the WebSocket broke", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Abort();
        }

        base.Dispose(disposing);
    }
}
