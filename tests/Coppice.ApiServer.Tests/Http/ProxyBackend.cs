using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>What a container in a pod would serve: says what it was asked, and answers in all the ways that a proxy must carry.</summary>
internal sealed class ProxyBackend : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly TaskCompletionSource<string> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProxyBackend(WebApplication application) => _application = application;

    public int Port { get; private set; }

    /// <summary>The first piece of a body that is sent to "/take".</summary>
    public Task<string> Arrived => _arrived.Task;

    /// <summary>Those by which figures were asked for, and which still last.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> FigureConnections { get; } = new();

    /// <summary>Goes on with the answers of "/give" and "/cut", of which only the first half is sent before.</summary>
    public void GoOn() => _more.TrySetResult();

    /// <param name="certificate">With its key, to be spoken with over HTTPS; null for HTTP.</param>
    public static async Task<ProxyBackend> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var application = builder.Build();
        application.UseWebSockets();
        var backend = new ProxyBackend(application);
        application.Run(backend.AnswerAsync);
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        backend.Port = new Uri(address).Port;
        return backend;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    // What a whole API would have before it is no matter.
    private Task AnswerAsync(HttpContext http) => $"/{http.Request.Path.Value!.Split('/')[^1]}" switch
    {
        "/redirect" => RedirectAsync(http),
        "/take" => TakeAsync(http),
        "/give" => GiveAsync(http, whole: true),
        "/socket" => SocketAsync(http),
        "/upgrade" => UpgradeAsync(http),
        "/cut" => GiveAsync(http, whole: false),
        "/empty" => EmptyAsync(http),
        "/page" => PageAsync(http),
        "/summary" => FiguresAsync(http),
        _ => SayAsync(http),
    };

    private static Task SayAsync(HttpContext http)
    {
        http.Response.Headers["X-Two"] = new[] { "one", "two" };
        http.Response.Headers.AccessControlAllowOrigin = "*";
        http.Response.Headers.KeepAlive = "timeout=5";
        var headers = http.Request.Headers.Select(h => $"{h.Key}: {h.Value}");
        return http.Response.WriteAsync($"{http.Request.Method} {http.Request.Path.ToUriComponent()}{http.Request.QueryString}\n{string.Join('\n', headers)}\n");
    }

    private static Task RedirectAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status302Found;
        http.Response.Headers.Location = http.Request.Query["to"].ToString();
        return Task.CompletedTask;
    }

    /// <summary>Tells of the first piece as soon as it has come, and gives all of it back.</summary>
    private async Task TakeAsync(HttpContext http)
    {
        var all = new StringBuilder();
        var buffer = new byte[1024];
        while (await http.Request.Body.ReadAsync(buffer) is > 0 and var count)
        {
            all.Append(Encoding.UTF8.GetString(buffer, 0, count));
            _arrived.TrySetResult(all.ToString());
        }

        await http.Response.WriteAsync(all.ToString());
    }

    private async Task GiveAsync(HttpContext http, bool whole)
    {
        http.Response.ContentLength = 11;
        await http.Response.WriteAsync("first");
        await http.Response.Body.FlushAsync();
        await _more.Task;
        if (whole)
        {
            await http.Response.WriteAsync("second");
        }
        else
        {
            http.Abort();
        }
    }

    private static async Task SocketAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, http.RequestAborted) is { MessageType: not WebSocketMessageType.Close } read)
        {
            await socket.SendAsync(buffer.AsMemory(0, read.Count), read.MessageType, read.EndOfMessage, http.RequestAborted);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", http.RequestAborted);
    }

    /// <summary>Leaves HTTP, and gives back the first bytes that come with who is said to send them.</summary>
    private static async Task UpgradeAsync(HttpContext http)
    {
        http.Response.Headers.Upgrade = http.Request.Headers.Upgrade;
        await using var stream = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        var buffer = new byte[1024];
        var count = await stream.ReadAsync(buffer);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{http.Request.Headers["X-Remote-User"]}: {Encoding.UTF8.GetString(buffer, 0, count)}"));
    }

    /// <summary>An agent's, of a node with no pods.</summary>
    private Task FiguresAsync(HttpContext http)
    {
        var connection = http.Connection.Id;
        if (FigureConnections.TryAdd(connection, TimeProvider.System.GetUtcNow()))
        {
            http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed.Register(() => FigureConnections.TryRemove(connection, out _));
        }

        return http.Response.WriteAsync("""{"node":{},"pods":[]}""");
    }

    private static async Task PageAsync(HttpContext http)
    {
        var page = "<a href=\"/other\">there</a>"u8.ToArray();
        http.Response.ContentType = "text/html; charset=utf-8";
        if (!http.Request.Headers.AcceptEncoding.ToString().Contains("gzip"))
        {
            http.Response.ContentLength = page.Length;
            await http.Response.Body.WriteAsync(page);
            return;
        }

        http.Response.Headers.ContentEncoding = "gzip";
        await using var packed = new System.IO.Compression.GZipStream(http.Response.Body, System.IO.Compression.CompressionLevel.Fastest);
        await packed.WriteAsync(page);
    }

    private static Task EmptyAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
