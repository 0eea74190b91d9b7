using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.ApiServer.Authentication;
using Coppice.Client;
using Coppice.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A connection that a stream has taken over, such as a port-forward's, ends while the stream still waits for what comes.</summary>
public sealed class TakenOverConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_client_says_after_its_end_is_nobodys_error()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var log = new Errors();
        var port = FreePort();
        var https = new HttpsPort(port, new RenewedCertificate(() => Of(authority.IssueServer(["localhost"], [IPAddress.Loopback])), TimeProvider.System));
        await using (await WebServer.StartAsync([new HttpsService(https, TakeOverAsync)], TimeProvider.System, log, Stop))
        {
            for (var round = 0; round < 5; round++)
            {
                await TalkAsync(port);
            }
        }

        Assert.Empty(log.Said);
    }

    /// <summary>Waits for what the client says, and ends without having heard it.</summary>
    private static async Task TakeOverAsync(HttpContext http, CancellationToken stop)
    {
        http.Response.Headers.Upgrade = "test";
        var stream = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        _ = stream.ReadAsync(new byte[16], CancellationToken.None).AsTask();
        await stream.WriteAsync("bye"u8.ToArray(), stop);
    }

    private static async Task TalkAsync(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, Stop);
        await using var tls = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, Stop);
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n"u8.ToArray(), Stop);
        var heard = new StringBuilder();
        var buffer = new byte[4096];
        int count;
        while ((count = await tls.ReadAsync(buffer, Stop).AsTask().WaitAsync(Patience, Stop)) > 0)
        {
            heard.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        Assert.EndsWith("bye", heard.ToString(), StringComparison.Ordinal);
        try
        {
            await tls.WriteAsync("late"u8.ToArray(), Stop);
            await tls.ShutdownAsync();
        }
        catch (IOException)
        {
            // The server need not wait for it.
        }
    }

    private static X509Certificate2 Of(IssuedCertificate issued) => X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed class Errors : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Said { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Said.Enqueue($"{formatter(state, exception)} {exception?.Message}");
            }
        }

        public void Dispose()
        {
        }
    }
}
