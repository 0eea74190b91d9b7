using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.ApiServer.Authorization;
using Coppice.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer;

/// <param name="Certificate">What is shown to clients, with its key.</param>
public sealed record HttpsPort(int Number, X509Certificate2 Certificate);

/// <summary>Something that is served beside the API, on a port of its own.</summary>
public sealed record HttpsService(HttpsPort Port, RequestDelegate Answer);

/// <summary>The web server under the pipeline: Kestrel with TLS 1.2 and 1.3, HTTP/1.1 and HTTP/2.</summary>
public sealed class ApiServerHost : IAsyncDisposable
{
    /// <summary>Kubernetes' limit of what stands before a body. Commands and selectors go in the URL, and may be long.</summary>
    public const int UrlBytesMax = 1024 * 1024;

    // So far beyond ours that what is too long is answered in words: Kestrel would break off, and clients try for ever. It makes room as a
    // request needs it, and nothing for those that are short.
    private const int HeaderBytesMax = 2 * UrlBytesMax;

    // Somebody may be in many groups, each a header of an impersonation. A few bytes can stand for a long header on HTTP/2.
    private const int HeadersMax = 1000;

    // A Go client puts all its watches on one connection, and opens another beyond this, which is Go's own limit. Each may have headers
    // of HeaderBytesMax.
    private const int StreamsPerConnection = 250;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();

    private readonly TimeProvider _time;

    private ApiServerHost(WebApplication application, TimeProvider time)
    {
        _application = application;
        _time = time;
    }

    /// <summary>Listens on every address of the machine, and answers from then on.</summary>
    /// <param name="beside">What the same process serves on another port: a second server would cost its memory again. Null for nothing.</param>
    /// <exception cref="IOException">A port is in use.</exception>
    public static async Task<ApiServerHost> StartAsync(
        RequestPipeline pipeline, HttpsPort api, HttpsService? beside, TimeProvider time, ILoggerFactory logs, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseUrls();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Configure(kestrel);
            Listen(kestrel, api);
            if (beside is not null)
            {
                Listen(kestrel, beside.Port);
            }
        });
        var application = builder.Build();
        var host = new ApiServerHost(application, time);
        application.Run(http => beside is not null && http.Connection.LocalPort == beside.Port.Number
            ? beside.Answer(http)
            : pipeline.HandleAsync(http, host._stopping.Token));
        await application.StartAsync(stop);
        return host;
    }

    /// <summary>Ends the watches and gives running requests a moment.</summary>
    public async ValueTask DisposeAsync()
    {
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
        kestrel.RequestHeaderEncodingSelector = name => name.StartsWith(Impersonation.HeaderPrefix, StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
    }

    private static void Listen(KestrelServerOptions kestrel, HttpsPort port)
    {
        kestrel.Listen(IPAddress.IPv6Any, port.Number, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = port.Certificate,
                SslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,

                // Whose certificate it is, is asked by the authenticator, which can answer in words.
                ClientCertificateValidation = (_, _, _) => true,
                OnAuthenticate = (_, tls) => tls.CertificateChainPolicy = OfflineChain.PolicyOf(),
            });
        });
    }
}
