using System.Net;
using System.Net.Sockets;
using Coppice.Streaming.Tunnels;

namespace Coppice.ApiServer.Proxying;

/// <summary>
/// What goes to the agent of one node: by the tunnel that it offers, or else to its address. Its certificate must be of the node's name,
/// by which connections are kept apart, too: two nodes may say that they have one address.
/// </summary>
internal sealed class AgentDoor(string node, SocketsHttpHandler agents) : HttpMessageHandler
{
    private static readonly HttpRequestOptionsKey<string> Node = new("node");

    private readonly HttpMessageInvoker _agents = new(agents, disposeHandler: false);

    /// <summary>Connects to the agent that a request is for.</summary>
    /// <param name="direct">Connects to an address; null for plain TCP.</param>
    public static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> Connect(
        AgentTunnels tunnels, Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? direct) => async (context, stop) =>
            context.InitialRequestMessage.Options.TryGetValue(Node, out var node) && await tunnels.TryConnectAsync(node, stop) is { } tunnel
                ? tunnel
                : await (direct ?? ConnectAsync)(context.DnsEndPoint, stop);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        request.Headers.Host = node;
        request.Options.Set(Node, node);
        return _agents.SendAsync(request, stop);
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(to, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
