using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Coppice.Streaming.WebSockets;

/// <summary>The server's side of a WebSocket's opening handshake (RFC 6455, section 4.2), so that no middleware is needed.</summary>
internal static class WebSocketUpgrade
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>
    /// The first of the client's subprotocols that is spoken here, "" when it names none and that is spoken; null, and the request is
    /// answered, when there is none, or it is no whole handshake.
    /// </summary>
    /// <param name="spoken">Null where whatever the client names will do.</param>
    public static async ValueTask<string?> NegotiateAsync(HttpContext context, IReadOnlyList<string>? spoken)
    {
        var headers = context.Request.Headers;
        if (headers.SecWebSocketKey is not [{ Length: > 0 }] || headers.SecWebSocketVersion != "13" || !HttpMethods.IsGet(context.Request.Method))
        {
            await Upgrade.RefuseAsync(context, StatusCodes.Status400BadRequest, "unable to upgrade: not a WebSocket handshake of version 13");
            return null;
        }

        var offered = headers.GetCommaSeparatedValues("Sec-WebSocket-Protocol");
        if (offered.Length == 0)
        {
            offered = [""];
        }

        if (offered.FirstOrDefault(protocol => spoken is null || spoken.Contains(protocol)) is { } common)
        {
            return common;
        }

        await Upgrade.RefuseAsync(context, StatusCodes.Status403Forbidden,
            $"unable to upgrade: no common WebSocket subprotocol: client supports [{string.Join(' ', offered)}], server accepts [{string.Join(' ', spoken!)}]");
        return null;
    }

    /// <summary>Answers a handshake on whose subprotocol both agree.</summary>
    public static async ValueTask<WebSocket> AcceptAsync(HttpContext context, string subprotocol, StreamingOptions options)
    {
        var key = context.Request.Headers.SecWebSocketKey[0];

        // SHA-1 is what the handshake is defined with; nothing is kept secret by it.
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
        if (subprotocol.Length > 0)
        {
            context.Response.Headers.SecWebSocketProtocol = subprotocol;
        }

        var transport = await Upgrade.AcceptAsync(context, Upgrade.WebSocket);
        return WebSocket.CreateFromStream(transport, new WebSocketCreationOptions
        {
            IsServer = true, // Without the subprotocol: .NET refuses "SPDY/3.1+…", whose slash the RFC does not allow, and only echoes it.
            KeepAliveInterval = options.KeepAliveInterval,
        });
    }

    /// <summary>
    /// Says goodbye and waits for the client's, dropping what it still sends, for as long as a farewell may take. A client that gets no
    /// close frame reports an error rather than the command's exit code.
    /// </summary>
    /// <param name="reading">Whoever reads the socket until its end.</param>
    public static async ValueTask CloseAsync(WebSocket socket, WebSocketCloseStatus status, Task reading, StreamingOptions options, TimeProvider time)
    {
        using var farewell = new CancellationTokenSource(options.FarewellTimeout, time);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(status, null, farewell.Token);
            }

            await reading.WaitAsync(farewell.Token);
        }
        catch (Exception e) when (e is IOException or WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone already, or does not answer.
        }

        socket.Abort();
    }
}
