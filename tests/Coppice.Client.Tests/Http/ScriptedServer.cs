using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Coppice.Client.Tests.Http;

/// <summary>An HTTPS server on loopback that answers as a test says, and notes what it was asked.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _host;

    private ScriptedServer(WebApplication host) => _host = host;

    /// <summary>"METHOD path?query name-of-the-client" of each request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public ConcurrentQueue<string> Bodies { get; } = new();

    public Uri Address => new(_host.Urls.Single());

    public static async Task<ScriptedServer> StartAsync(X509Certificate2 certificate, Func<HttpRequest, HttpResponse, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(h =>
        {
            h.ServerCertificate = certificate;
            h.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            h.AllowAnyClientCertificate();
        })));
        var server = new ScriptedServer(builder.Build());
        server._host.Run(async http =>
        {
            var client = http.Connection.ClientCertificate?.GetNameInfo(X509NameType.SimpleName, false);
            server.Requests.Enqueue($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {client}".TrimEnd());
            server.Bodies.Enqueue(await new StreamReader(http.Request.Body).ReadToEndAsync());
            http.Response.ContentType = "application/json";
            await answer(http.Request, http.Response);
        });
        await server._host.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
