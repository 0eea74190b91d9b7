using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Coppice.ApiServer.Proxying;

/// <summary>How this server asks pods, services and agents of nodes. Nothing is kept of a connection: an address may be another pod's a moment later.</summary>
internal sealed class ProxyClients(PipelineParts parts)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _targets = new(NewHandler(parts.Connect, AgentTransport.TrustAnybody));

    /// <summary>Of nodes: both sides show certificates of the cluster's authority.</summary>
    public HttpMessageInvoker Agents { get; } =
        new(NewHandler(parts.Connect, tls => AgentTransport.Configure(tls, parts.Authority.Certificate, parts.AgentClient)));

    public HttpMessageInvoker Of(ProxyLocation location) => location.IsAgent ? Agents : _targets;

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
        _ => e.Message,
    };

    private static SocketsHttpHandler NewHandler(
        Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? connect, Action<SslClientAuthenticationOptions> configure)
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
            PooledConnectionLifetime = TimeSpan.Zero,
        };

        configure(handler.SslOptions);
        if (connect is not null)
        {
            handler.ConnectCallback = (context, stop) => connect(context.DnsEndPoint, stop);
        }

        return handler;
    }
}
