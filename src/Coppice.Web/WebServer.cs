using System.Collections.Frozen;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coppice.Web;

/// <param name="Certificate">What is shown to clients.</param>
public sealed record HttpsPort(int Number, RenewedCertificate Certificate);

/// <summary>Something that is served on a port of its own.</summary>
/// <param name="Answer">The token is cancelled when the server goes: whoever watches is told so.</param>
public sealed record HttpsService(HttpsPort Port, Func<HttpContext, CancellationToken, Task> Answer);

/// <summary>The web server under the API and under a node's own endpoint: Kestrel with TLS 1.2 and 1.3, HTTP/1.1 and HTTP/2.</summary>
public sealed class WebServer : IAsyncDisposable
{
    /// <summary>Kubernetes' limit of what stands before a body. Commands and selectors go in the URL, and may be long.</summary>
    public const int UrlBytesMax = 1024 * 1024;

    /// <summary>What the names of headers begin with whose values are UTF-8: those that say whom to act as.</summary>
    public const string TextPrefix = "Impersonate-";

    // So far beyond ours that what is too long is answered in words: Kestrel would break off, and clients try for ever. It makes room as a
    // request needs it, and nothing for those that are short.
    private const int HeaderBytesMax = 2 * UrlBytesMax;

    // Somebody may be in many groups, each a header of an impersonation. A few bytes can stand for a long header on HTTP/2.
    private const int HeadersMax = 1000;

    // A Go client puts all its watches on one connection, and opens another beyond this, which is Go's own limit. Each may have headers
    // of HeaderBytesMax.
    private const int StreamsPerConnection = 250;

    // A request has longer, but whoever stops a server waits for this. Together with what comes before it is less than "coppice down" waits.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    // What was sent before anybody could know that the server goes is read meanwhile: a connection that is closed with a request on it
    // is a request without an answer.
    private static readonly TimeSpan LeaveTime = TimeSpan.FromMilliseconds(500);

    // How long a client has for closing a connection that has ended: a way around the world and back, and a busy machine on top.
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(500);

    private readonly WebApplication _application;
    private readonly IReadOnlyList<Socket> _doors;
    private readonly CancellationTokenSource _stopping = new();

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile Task? _leaving;

    private WebServer(WebApplication application, IReadOnlyList<Socket> doors, TimeProvider time)
    {
        (_application, _doors, _time) = (application, doors, time);
    }

    /// <summary>Listens on every address of the machine, and answers from then on.</summary>
    /// <param name="services">All that the process serves: a second server would cost its memory again.</param>
    /// <exception cref="IOException">A port is in use.</exception>
    public static async Task<WebServer> StartAsync(IReadOnlyList<HttpsService> services, TimeProvider time, ILoggerFactory logs, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        var doors = new List<Socket>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseUrls().UseSockets(sockets => sockets.CreateBoundListenSocket = address =>
        {
            doors.Add(SocketTransportOptions.CreateDefaultBoundListenSocket(address));
            return doors[^1];
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Configure(kestrel);
            foreach (var service in services)
            {
                Listen(kestrel, service.Port, time);
            }
        });
        var answers = services.ToFrozenDictionary(service => service.Port.Number, service => service.Answer);
        var application = builder.Build();
        var host = new WebServer(application, doors, time);
        application.Run(http =>
        {
            if (host._leaving is not null && HttpProtocol.IsHttp11(http.Request.Protocol))
            {
                http.Response.Headers.Connection = "close";
            }

            return answers[http.Connection.LocalPort](http, host._stopping.Token);
        });
        await application.StartAsync(stop);
        return host;
    }

    /// <summary>
    /// Takes no more connections. On those that there are everybody is answered as before, but each ends with its next answer; on HTTP/2
    /// clients are told when the server goes.
    /// </summary>
    public Task LeaveAsync()
    {
        lock (_gate)
        {
            if (_leaving is null)
            {
                _leaving = Task.Delay(LeaveTime, _time);
                foreach (var door in _doors)
                {
                    door.Dispose();
                }
            }

            return _leaving;
        }
    }

    /// <summary>Takes no more connections, ends the watches and streams, and gives running requests a moment.</summary>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
#pragma warning disable RS0030 // The edge to Kestrel, which no simulation runs: whoever waits in a request is not to run on this thread.
        await _stopping.CancelAsync();
#pragma warning restore RS0030
        using var drained = new CancellationTokenSource(DrainTime, _time);
        try
        {
            await _application.StopAsync(drained.Token);
        }
        catch (OperationCanceledException)
        {
            // Who is still talking is cut off.
        }

        await _application.DisposeAsync();
        _stopping.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;

        // The limit is ours (RequestBody.Limit). Kestrel's own would cut a client off that is still sending, before it has read the
        // refusal; without it, what comes after an answer is thrown away for five seconds, and then the connection is closed.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestBufferSize = HeaderBytesMax;
        kestrel.Limits.MaxRequestLineSize = HeaderBytesMax;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
        kestrel.Limits.MaxRequestHeaderCount = HeadersMax;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = HeaderBytesMax;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;

        // Headers are bytes, each a character, and pass a proxy as they came; only whom to act as is read as UTF-8. Of an answer's
        // headers Kestrel does not say which is which.
        kestrel.RequestHeaderEncodingSelector = name => name.StartsWith(TextPrefix, StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
    }

    private static void Listen(KestrelServerOptions kestrel, HttpsPort port, TimeProvider time)
    {
        kestrel.Listen(IPAddress.IPv6Any, port.Number, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(next => async connection =>
            {
                await next(connection);
                await HearOutAsync(connection.Transport.Input.AsStream(leaveOpen: true), time);
            });
            UseTls(listen, port.Certificate);
            listen.Use(next => async connection =>
            {
                await next(connection);
                await EndAsync(connection.Features.GetRequiredFeature<ISslStreamFeature>().SslStream, time);
            });
        });
    }

    private static void UseTls(ListenOptions listen, RenewedCertificate certificate) => listen.UseHttps(new HttpsConnectionAdapterOptions
    {
        ServerCertificate = certificate.Current,
        SslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
        ClientCertificateMode = ClientCertificateMode.AllowCertificate,

        // Whose certificate it is, is asked by the authenticator, which can answer in words.
        ClientCertificateValidation = (_, _, _) => true,
        OnAuthenticate = (_, tls) =>
        {
            tls.ServerCertificateContext = certificate.Context;
            tls.CertificateChainPolicy = OfflineChain.PolicyOf();
        },
    });

    /// <summary>
    /// Says within TLS that nothing more comes: no client then takes the connection for its next request. On HTTP/2 the client is told
    /// that before (GOAWAY), and closes; one that meets the end while it begins a request may fail it, although it could be sent again.
    /// </summary>
    private static async Task EndAsync(SslStream tls, TimeProvider time)
    {
        if (tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2)
        {
            await HearOutAsync(tls, time);
        }

        try
        {
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It is gone.
        }
    }

    /// <summary>
    /// Reads, after the last word of a connection, what its client sends until it has heard that word. A socket that is closed with
    /// something unread is reset: the client's writing would fail before it reads that the request was not begun and can be sent again.
    /// </summary>
    private static async Task HearOutAsync(Stream input, TimeProvider time)
    {
        using var enough = new CancellationTokenSource(FarewellTime, time);
        try
        {
            await input.CopyToAsync(Stream.Null, enough.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // It had its time, or is gone, or who took it over still waits for what comes, and reads it instead.
        }
    }
}
