using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Client.Tracing;
using Coppice.Composition;
using Coppice.Configuration;

namespace Coppice.Tests.Composition;

public sealed class TraceExportTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Spans_reach_the_collector_at_the_latest_when_the_server_ends()
    {
        using var collector = new HttpListener();
        var endpoint = new Uri($"http://127.0.0.1:{FreePort()}/v1/traces");
        collector.Prefixes.Add($"{endpoint.GetLeftPart(UriPartial.Authority)}/");
        collector.Start();
        var asked = ReceiveAsync(collector);
        await using (TraceExport.Start(new TracingOptions(endpoint, TracingOptions.All), "node-1"))
        {
            using (var span = Traces.Begin("schedule"))
            {
                span!.SetTag("coppice.key", "default/web");
            }
        }

        var (path, type, body) = await asked.WaitAsync(Soon);
        Assert.Equal(("/v1/traces", "application/x-protobuf"), (path, type));
        Assert.All(["schedule", "default/web", "node-1"], text => Assert.Contains(text, body));
        Assert.False(Traces.AreOn);
    }

    private static async Task<(string? Path, string? Type, string Body)> ReceiveAsync(HttpListener collector)
    {
        var context = await collector.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream, Encoding.Latin1);
        var body = await reader.ReadToEndAsync();
        context.Response.Close();
        return (context.Request.Url?.AbsolutePath, context.Request.ContentType, body);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
