using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A body that is too large, or that stops in the middle, is answered in words and never by a broken connection.</summary>
public sealed class BodyTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const int MiB = 1 << 20;

    public static TheoryData<string, int> SizesBeyondTheLimit => new MatrixTheoryData<string, int>(["1.1", "2.0"], [4, 7, 20, 100]);

    [Theory]
    [MemberData(nameof(SizesBeyondTheLimit))]
    public async Task A_body_beyond_the_limit_is_refused_however_large_it_is(string http, int size)
    {
        var space = await api.NewNamespaceAsync();
        foreach (var lengthIsTold in (bool[])[true, false])
        {
            using var request = Request(http, $"{space}/configmaps", new LongBody(size * MiB, lengthIsTold));
            using var response = await api.Admin.SendAsync(request);
            Assert.Equal("Request entity too large: limit is 3145728", (await Answer.OfAsync(response)).Refused(413, "RequestEntityTooLarge"));
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Who_may_not_is_told_so_even_while_sending_much(string http)
    {
        using var nobody = api.ClientOf(null);
        using var request = Request(http, "/api/v1/namespaces/default/configmaps", new LongBody(20 * MiB, lengthIsTold: true));
        using var response = await nobody.SendAsync(request);
        (await Answer.OfAsync(response)).Refused(403, "Forbidden");
    }

    [Fact]
    public async Task The_connection_serves_on_after_a_refusal()
    {
        var space = await api.NewNamespaceAsync();
        for (var i = 0; i < 3; i++)
        {
            using var request = Request("2.0", $"{space}/configmaps", new LongBody(20 * MiB, lengthIsTold: false));
            using var response = await api.Admin.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            (await api.NewConfigMapAsync(space, $"c{i}")).Good();
        }
    }

    [Fact]
    public async Task A_body_that_stops_in_the_middle_stores_nothing_and_hurts_nobody()
    {
        var space = await api.NewNamespaceAsync();
        await using var connection = await ConnectAsync();
        await connection.WriteAsync(Ascii($$$"""POST {{{space}}}/configmaps HTTP/1.1|Host: a|Content-Length: 100||{"metadata":{"name":"half"}}"""));
        await connection.ShutdownAsync();
        var end = await Record.ExceptionAsync(() => new StreamReader(connection).ReadToEndAsync());
        Assert.True(end is null or IOException, "the server hangs up, with or without a word");
        Assert.Empty((await api.GetAsync($"{space}/configmaps")).Names);
    }

    [Theory]
    [InlineData("POST", "configmaps", "Content-Length: 100000")]
    [InlineData("PATCH", "configmaps/c", "Content-Length: 100000")]
    [InlineData("DELETE", "configmaps/c", "Transfer-Encoding: chunked")]
    public async Task A_body_that_trickles_in_is_given_up(string method, string path, string framing)
    {
        var space = await api.NewNamespaceAsync();
        await using var connection = await ConnectAsync();
        await connection.WriteAsync(Ascii($"{method} {space}/{path} HTTP/1.1|Host: a|{framing}|Content-Type: application/merge-patch+json||"));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var trickle = TrickleAsync(connection, framing.EndsWith("chunked", StringComparison.Ordinal) ? "1|x|" : "x", stop.Token);
        var answer = await AnswerOfAsync(connection, stop.Token);
        Assert.StartsWith("HTTP/1.1 408 Request Timeout", answer);
        Assert.Contains("\"message\":\"Timeout: the request's body was not there within 3 seconds\"", answer);
        Assert.Contains("\"reason\":\"Timeout\"", answer);
        await stop.CancelAsync();
        await trickle;
    }

    [Fact]
    public async Task A_body_that_trickles_in_disturbs_nothing_else_on_its_connection()
    {
        var space = await api.NewNamespaceAsync();
        using var body = new TricklingBody();
        using var slow = Request("2.0", $"{space}/configmaps", body);
        var answering = api.Admin.SendAsync(slow);
        for (var i = 0; !answering.IsCompleted; i++)
        {
            using var quick = Request("2.0", $"{space}/configmaps", new ByteArrayContent(Ascii($$$"""{"metadata":{"name":"c{{{i}}}"}}""")));
            using var made = await api.Admin.SendAsync(quick);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            await Task.Delay(20);
        }

        using var answer = await answering;
        Assert.Equal(HttpStatusCode.RequestTimeout, answer.StatusCode);
        body.End();
    }

    [Fact]
    public async Task A_body_in_broken_pieces_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        await using var connection = await ConnectAsync();
        await connection.WriteAsync(Ascii($"POST {space}/configmaps HTTP/1.1|Host: a|Transfer-Encoding: chunked||no number|"));
        var answer = await new StreamReader(connection).ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 Bad Request", answer);
        Assert.Contains("\"reason\":\"BadRequest\"", answer);
    }

    private async Task<SslStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", api.Address.Port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ClientCertificates = [api.AdminCertificate] });
        return tls;
    }

    /// <summary>A request as it goes over the wire; each | ends a line.</summary>
    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text.Replace("|", "\r\n", StringComparison.Ordinal));

    /// <summary>What is read until the end; a server that is still sent something may end with a reset.</summary>
    private static async Task<string> AnswerOfAsync(SslStream connection, CancellationToken stop)
    {
        var answer = new MemoryStream();
        _ = await Record.ExceptionAsync(() => connection.CopyToAsync(answer, stop));
        return Encoding.ASCII.GetString(answer.ToArray());
    }

    /// <summary>Sends a piece now and then, until the server has enough of it.</summary>
    private static async Task TrickleAsync(SslStream connection, string piece, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await connection.WriteAsync(Ascii(piece), stop);
                await Task.Delay(100, stop);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // That is what the test is about.
        }
    }

    private static HttpRequestMessage Request(string http, string path, HttpContent body)
    {
        body.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return new(HttpMethod.Post, path) { Version = new Version(http), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = body };
    }

    /// <summary>The beginning of a body, whose end does not come before it is told to.</summary>
    private sealed class TricklingBody : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _end.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{"u8.ToArray());
            await stream.FlushAsync();
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>So many bytes of one long text, never all in memory.</summary>
    private sealed class LongBody(int bytes, bool lengthIsTold) : HttpContent
    {
        private static readonly byte[] Piece = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var left = bytes; left > 0; left -= Piece.Length)
            {
                await stream.WriteAsync(Piece.AsMemory(0, Math.Min(left, Piece.Length)));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes;
            return lengthIsTold;
        }
    }
}
