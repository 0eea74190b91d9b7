using System.Net.WebSockets;
using Coppice.Streaming.Spdy;
using Coppice.Streaming.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Coppice.Streaming.PortForwarding;

/// <summary>
/// The server's side of <c>kubectl port-forward</c>: SPDY (older clients), SPDY inside a WebSocket (newer ones), and the WebSocket
/// channels of neither. Whoever calls it has authorized the request and knows that the pod is there.
/// </summary>
public sealed class PortForwardEndpoint(TimeProvider time, StreamingOptions options)
{
    internal const string SpdyProtocol = "portforward.k8s.io";
    private const string TunnelProtocol = "SPDY/3.1+portforward.k8s.io";
    private const string ChannelProtocol = "v4.channel.k8s.io";
    private const string Base64ChannelProtocol = "v4.base64.channel.k8s.io";

    /// <summary>Forwards connections until the client goes.</summary>
    /// <param name="connect">
    /// A connection to a port of the pod, once for each of the client's. It may take its time, while a container restarts. What it
    /// throws ends that one connection.
    /// </param>
    /// <param name="stopping">The server goes: the client is told goodbye, and its connections end.</param>
    public async Task RunAsync(HttpContext context, Func<int, CancellationToken, ValueTask<Stream>> connect, CancellationToken stopping = default)
    {
        if (Upgrade.IsTo(Upgrade.WebSocket, context.Request))
        {
            await RunWebSocketAsync(context, connect, stopping);
        }
        else if (Upgrade.IsTo(Upgrade.Spdy, context.Request))
        {
            if (await Upgrade.NegotiateAsync(context, [SpdyProtocol]) is null)
            {
                return;
            }

            await RunSpdyAsync(await Upgrade.AcceptAsync(context, Upgrade.Spdy), connect, stopping);
        }
        else
        {
            await Upgrade.RefuseAsync(context);
        }
    }

    private async Task RunWebSocketAsync(HttpContext context, Func<int, CancellationToken, ValueTask<Stream>> connect, CancellationToken stopping)
    {
        string[] spoken = [TunnelProtocol, ChannelProtocol, Base64ChannelProtocol, ""];
        if (await WebSocketUpgrade.NegotiateAsync(context, spoken) is not { } protocol)
        {
            return;
        }

        IReadOnlyList<int> ports = [];
        if (protocol != TunnelProtocol && !WebSocketForwarding.TryReadPorts(context.Request.Query["ports"], out ports))
        {
            await Upgrade.RefuseAsync(context, StatusCodes.Status400BadRequest, "query parameter \"ports\" is required: port numbers from 1 to 65535");
            return;
        }

        var socket = await WebSocketUpgrade.AcceptAsync(context, protocol, options);
        if (protocol == TunnelProtocol)
        {
            await RunSpdyAsync(new WebSocketByteStream(socket), connect, stopping);
        }
        else
        {
            await RunChannelsAsync(socket, protocol == Base64ChannelProtocol, ports, connect, stopping);
        }
    }

    private async Task RunSpdyAsync(Stream transport, Func<int, CancellationToken, ValueTask<Stream>> connect, CancellationToken stopping)
    {
        var connection = SpdyConnection.Start(transport, isServer: true, options);
        var forwarding = new SpdyForwarding(connection, connect, options, time).RunAsync();
        await Task.WhenAny(forwarding, Unattended.CancelledAsync(stopping));
        await connection.CloseAsync(time);
        await forwarding;
    }

    private async Task RunChannelsAsync(
        WebSocket socket, bool isBase64, IReadOnlyList<int> ports, Func<int, CancellationToken, ValueTask<Stream>> connect, CancellationToken stopping)
    {
        using var channels = ChannelSocket.Start(socket, isBase64, ports.Select((_, i) => WebSocketForwarding.DataChannel(i)), options);
        var forwarding = new WebSocketForwarding(channels, connect, options, time).RunAsync(ports);
        await Task.WhenAny(forwarding, Unattended.CancelledAsync(stopping));
        channels.DropIncoming();
        await channels.CloseAsync(time);
        await forwarding;
    }
}
