using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.Streaming.PortForwarding;
using Coppice.Streaming.RemoteCommands;
using Coppice.Streaming.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coppice.Streaming.Tests;

/// <summary>As much of an API server as kubectl needs to run a command in, and forward ports of, one pod.</summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    public const string Pod = "/api/v1/namespaces/default/pods/web";

    private static readonly StreamingOptions Options = new() { StreamCreationTimeout = TimeSpan.FromSeconds(5), FarewellTimeout = TimeSpan.FromSeconds(5) };
    private readonly WebApplication _app;

    private FakeApiServer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<FakeApiServer> StartAsync(
        Func<CommandRequest, CommandStreams, CancellationToken, ValueTask<CommandOutcome>>? run = null,
        Func<int, CancellationToken, ValueTask<Stream>>? connect = null,
        bool tls = false,
        StreamingOptions? options = null,
        Func<HttpContext, Task>? log = null)
    {
        options ??= Options;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (tls)
            {
                listen.UseHttps(Certificate());
            }
        }));
        var app = builder.Build();
        MapDiscovery(app);
        var commands = new RemoteCommandEndpoint(TimeProvider.System, options);
        var ports = new PortForwardEndpoint(TimeProvider.System, options);
        RequestDelegate exec = context =>
        {
            var request = Read(context.Request.Query);
            return commands.RunAsync(context, request, (streams, stop) => run!(request, streams, stop));
        };
        app.Map(Pod + "/exec", exec);
        app.Map(Pod + "/attach", exec);
        app.Map(Pod + "/portforward", (RequestDelegate)(context => ports.RunAsync(context, connect!)));
        var answers = new WebSocketAnswer(TimeProvider.System, options);
        app.Map(Pod + "/log", (RequestDelegate)(context => answers.BytesAsync(context, () => log!(context))));
        app.Map(Pod + "/lines", (RequestDelegate)(context => answers.LinesAsync(context, () => log!(context))));
        await app.StartAsync();
        return new FakeApiServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(bound.Token);
        await _app.DisposeAsync();
    }

    private static CommandRequest Read(IQueryCollection query)
    {
        bool Is(string name) => query[name] == "true" || query[name] == "1";
        return new CommandRequest([.. query["command"].Select(word => word!)], Is("stdin"), Is("stdout"), Is("stderr"), Is("tty"));
    }

    private static void MapDiscovery(WebApplication app)
    {
        Json(app, "/api", """{"kind":"APIVersions","versions":["v1"]}""");
        Json(app, "/apis", """{"kind":"APIGroupList","apiVersion":"v1","groups":[]}""");
        Json(app, "/api/v1", """
            {"kind":"APIResourceList","groupVersion":"v1","resources":[
             {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get","list"],"shortNames":["po"]}]}
            """);
        Json(app, Pod, """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"default","uid":"1"},
             "spec":{"containers":[{"name":"main","image":"x","stdin":true,"ports":[{"containerPort":80}]}]},"status":{"phase":"Running"}}
            """);
    }

    private static void Json(WebApplication app, string path, string json) =>
        app.MapGet(path, (RequestDelegate)(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(json);
        }));

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
