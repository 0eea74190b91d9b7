using System.Collections.Concurrent;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.OpenApi;
using Coppice.ApiServer.Registry;
using Coppice.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer.Tests.OpenApi;

/// <summary>A server on loopback that has nothing but the documents by which an API describes itself.</summary>
internal sealed class DocumentServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly DiscoveryDocuments _discovery;
    private readonly OpenApiDocuments _openApi;

    private DocumentServer()
    {
        var groups = ServedGroups.Of(BuiltInServedKinds.All);
        _discovery = new DiscoveryDocuments(groups, "127.0.0.1:80");
        _openApi = new OpenApiDocuments(groups, [], new WrittenDescriptions());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.Run(Serve);
    }

    /// <summary>What was asked, as "METHOD PATH".</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public string Address => _application.Urls.First();

    public static async Task<DocumentServer> StartAsync()
    {
        var server = new DocumentServer();
        await server._application.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private Task Serve(HttpContext http)
    {
        string? Header(string name) => http.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

        var path = http.Request.Path.Value!;
        Requests.Enqueue($"{http.Request.Method} {path}");
        var document = _discovery.Find(path, Header("Accept"))
            ?? _openApi.Find(path, http.Request.Query["hash"], Header("Accept"), Header("Accept-Encoding"));
        if (document is null)
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        }

        http.Response.ContentType = document.ContentType;
        http.Response.Headers.ContentEncoding = document.ContentEncoding;
        http.Response.Headers.ETag = document.ETag;
        return http.Response.Body.WriteAsync(document.Body).AsTask();
    }
}
