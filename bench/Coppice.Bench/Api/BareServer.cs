using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coppice.Bench.Api;

/// <summary>The floor: the same web server and TLS with nothing behind them. It reads what is sent, and answers with bytes it has.</summary>
internal static class BareServer
{
    // As large as the API server's answers about the same pods, with who owns which of their fields.
    private const int ObjectBytes = 3000;
    private const int ListBytes = 33_000_000;
    private const int PieceBytes = 64 * 1024;

    // As an event of the API about a small ConfigMap.
    private const int EventBytes = 450;

    private static volatile TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task RunAsync()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        var port = FreePort();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseUrls();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(CertificateOf(authority));
        }));
        await using var application = builder.Build();
        application.Run(AnswerAsync);
        await application.StartAsync();
        await ServedApi.AnnounceAsync(port, "none");
        await application.StopAsync();
    }

    public static X509Certificate2 CertificateOf(CertificateAuthority authority)
    {
        var issued = authority.IssueServer(["localhost"], [IPAddress.Loopback]);
        return X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task AnswerAsync(HttpContext http)
    {
        var body = http.Request.BodyReader;
        var read = await body.ReadAsync();
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync();
        }

        body.AdvanceTo(read.Buffer.End);
        if (http.Request.Path == "/watch")
        {
            await WatchAsync(http);
            return;
        }

        if (http.Request.Path == "/tell")
        {
            Interlocked.Exchange(ref _told, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            return;
        }

        var length = http.Request.Path == "/list" ? ListBytes : ObjectBytes;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = length;
        for (var left = length; left > 0; left -= PieceBytes)
        {
            await http.Response.Body.WriteAsync(Piece.AsMemory(0, Math.Min(left, PieceBytes)));
        }
    }

    /// <summary>Sends a line to each who watches, whenever one is told.</summary>
    private static async Task WatchAsync(HttpContext http)
    {
        var next = _told;
        await http.Response.BodyWriter.FlushAsync();
        while (!http.RequestAborted.IsCancellationRequested)
        {
            await next.Task;
            next = _told;
            await http.Response.BodyWriter.WriteAsync(Event);
        }
    }

    private static readonly byte[] Event = [.. Enumerable.Repeat((byte)'.', EventBytes - 1), (byte)'\n'];

    private static readonly byte[] Piece = new byte[PieceBytes];
}
