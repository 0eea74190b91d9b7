using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Coppice.Streaming.Tunnels;

namespace Coppice.ApiServer.Proxying;

/// <summary>How this server asks pods, services and agents of nodes. Nothing is kept of a connection: an address may be another pod's a moment later.</summary>
/// <param name="tunnels">By which agents are reached, where they offer some.</param>
internal sealed class ProxyClients(PipelineParts parts, AgentTunnels tunnels)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _targets = new(NewHandler(parts.Connect is { } connect ? (context, stop) => connect(context.DnsEndPoint, stop) : null, AgentTransport.TrustAnybody));

    private readonly SocketsHttpHandler _agents = ToAgents(parts, tunnels, TimeSpan.Zero);

    /// <summary>For requests to the agent of a node: both sides show certificates of the cluster's authority.</summary>
    public HttpMessageInvoker OfAgent(string node) => new(new AgentDoor(node, _agents), disposeHandler: false);

    /// <summary>The same for who asks agents again and again, by connections of his own, which he puts away. To be used behind an <see cref="AgentDoor"/>.</summary>
    /// <param name="lifetime">How long one may be used.</param>
    public SocketsHttpHandler KeptConnections(TimeSpan lifetime) => ToAgents(parts, tunnels, lifetime);

    public HttpMessageInvoker Of(ProxyLocation location) => location.Agent is { } node ? OfAgent(node) : _targets;

    /// <summary>Why nobody was reached, in the words of Go's network package; null for what is no answer to that.</summary>
    /// <param name="asker">Cancelled when nobody waits any more.</param>
    public static string? WhyUnreached(Exception e, ProxyLocation location, CancellationToken asker) => e switch
    {
        HttpRequestException failed => Reason(failed, location),
        OperationCanceledException when !asker.IsCancellationRequested => $"dial tcp {location.Dialled}: i/o timeout",
        _ => null,
    };

    private static string Reason(HttpRequestException e, ProxyLocation location) => (e.InnerException as SocketException)?.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => $"dial tcp {location.Dialled}: connect: connection refused",
        SocketError.HostUnreachable => $"dial tcp {location.Dialled}: connect: no route to host",
        SocketError.NetworkUnreachable => $"dial tcp {location.Dialled}: connect: network is unreachable",
        SocketError.TimedOut => $"dial tcp {location.Dialled}: connect: connection timed out",
        _ when e.HttpRequestError == HttpRequestError.ResponseEnded => "EOF",
        _ when e.InnerException is AuthenticationException wrong => $"tls: {wrong.Message}",
        _ => e.Message,
    };

    private static SocketsHttpHandler ToAgents(PipelineParts parts, AgentTunnels tunnels, TimeSpan lifetime) =>
        NewHandler(AgentDoor.Connect(tunnels, parts.Connect), tls => AgentTransport.Configure(tls, parts.Authority.Certificate, parts.AgentClient), lifetime);

    private static SocketsHttpHandler NewHandler(
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect, Action<SslClientAuthenticationOptions> configure, TimeSpan lifetime = default)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,

            // Headers are bytes, and pass as they came.
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = lifetime,
            ConnectCallback = connect,
        };

        configure(handler.SslOptions);
        return handler;
    }
}
