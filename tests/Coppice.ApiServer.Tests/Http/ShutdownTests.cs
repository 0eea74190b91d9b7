using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A server that goes leaves nobody without an answer.</summary>
public sealed class ShutdownTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    // Types of frames (RFC 9113, 6).
    private const byte Http2Settings = 4;
    private const byte Http2Ping = 6;
    private const byte Http2GoAway = 7;

    private readonly ServedApi _api = new();
    private string _space = "";

    public async ValueTask InitializeAsync()
    {
        await _api.InitializeAsync();
        _space = await _api.NewNamespaceAsync();
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_running_request_is_answered_and_a_watch_ends_as_one_that_is_over()
    {
        using var watch = await _api.Admin.GetAsync($"{_space}/configmaps?watch=true", HttpCompletionOption.ResponseHeadersRead);
        var events = watch.Content.ReadAsStringAsync();
        var (arrived, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var content = new PausedContent("""{"metadata":{"name":"late"}}""", arrived, goOn.Task);
        var write = _api.Admin.PostAsync($"{_space}/configmaps", content);
        await arrived.Task.WaitAsync(Soon);

        var stopped = _api.StopServingAsync();
        Assert.DoesNotContain("ERROR", await events.WaitAsync(Soon));
        goOn.SetResult();
        using var answer = await write.WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        await stopped.WaitAsync(Soon);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Under_load_no_request_that_reached_it_is_left_without_an_answer(string version)
    {
        var served = 0;
        var busy = Enumerable.Range(0, 16).Select(async i =>
        {
            for (var n = 0; ; n++)
            {
                var content = new SentContent($$$"""{"metadata":{"name":"c-{{{i}}}-{{{n}}}"}}""");
                using var request = new HttpRequestMessage(HttpMethod.Post, $"{_space}/configmaps")
                {
                    Version = new Version(version),
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                    Content = content,
                };
                try
                {
                    using var answer = await _api.Admin.SendAsync(request);
                    Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
                    Interlocked.Increment(ref served);
                }
                catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError || !content.IsSent)
                {
                    // Nobody is there to connect to any more, or the connection ended before anything of the request was written.
                    return;
                }
            }
        }).ToList();
        while (Volatile.Read(ref served) < 200)
        {
            Assert.All(busy, one => Assert.False(one.IsFaulted, $"{one.Exception}"));
            await Task.Yield();
        }

        await _api.StopServingAsync().WaitAsync(Soon);
        await Task.WhenAll(busy).WaitAsync(Soon);
    }

    [Fact]
    public async Task Who_writes_before_it_has_heard_the_farewell_still_hears_it()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await using var tls = await GreetAsync(socket, _api.Address.Port);

        var stopped = _api.StopServingAsync();
        var heard = new MemoryStream();
        await tls.CopyToAsync(heard).WaitAsync(Soon);
        for (var i = 0; i < 10; i++)
        {
            await tls.WriteAsync(Frame(Http2Ping, new byte[8]));
        }

        Assert.False(stopped.IsCompleted);
        Assert.NotEqual(-1, heard.ToArray().AsSpan().IndexOf(Frame(Http2GoAway, [0, 0, 0, 0, 0, 0, 0, 0])));
        socket.Close();
        await stopped.WaitAsync(Soon);
    }

    [Fact]
    public async Task Who_has_heard_the_farewell_may_close_before_the_connection_ends()
    {
        var time = new ManualTimeProvider();
        await using var api = new ServedApi { ConnectionTime = time };
        await api.InitializeAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await using var tls = await GreetAsync(socket, api.Address.Port);

        var stopped = api.StopServingAsync();
        time.Advance(time.NextDue!.Value - time.GetUtcNow());
        var (heard, buffer) = (new MemoryStream(), new byte[1024]);
        while (heard.ToArray().AsSpan().IndexOf(Frame(Http2GoAway, [0, 0, 0, 0, 0, 0, 0, 0])) < 0)
        {
            var count = await tls.ReadAsync(buffer).AsTask().WaitAsync(Soon);
            Assert.NotEqual(0, count);
            heard.Write(buffer, 0, count);
        }

        var next = tls.ReadAsync(buffer).AsTask();
        await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(300)));
        Assert.False(next.IsCompleted);
        Assert.False(stopped.IsCompleted);
        socket.Shutdown(SocketShutdown.Send);
        await stopped.WaitAsync(Soon);
    }

    /// <summary>Connects as a client of HTTP/2, and says its first words.</summary>
    private static async Task<SslStream> GreetAsync(Socket socket, int port)
    {
        await socket.ConnectAsync("127.0.0.1", port);
        var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] });
        await tls.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Http2Settings, [])]);
        var seen = await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(Soon);
        Assert.Equal(1, seen);
        return tls;
    }

    /// <summary>A frame of HTTP/2 (RFC 9113, 4.1) of the connection itself, without flags.</summary>
    private static byte[] Frame(byte type, byte[] payload) => [0, 0, (byte)payload.Length, type, 0, 0, 0, 0, 0, .. payload];

    /// <summary>A body that tells whether it was asked for: on both versions that is after the headers are on their way.</summary>
    private sealed class SentContent(string json) : StringContent(json, Encoding.UTF8, "application/json")
    {
        public bool IsSent { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            IsSent = true;
            return base.SerializeToStreamAsync(stream, context, cancellationToken);
        }
    }

    /// <summary>A body whose second half comes when somebody says so.</summary>
    private sealed class PausedContent : HttpContent
    {
        private readonly byte[] _body;
        private readonly TaskCompletionSource _arrived;
        private readonly Task _goOn;

        public PausedContent(string body, TaskCompletionSource arrived, Task goOn)
        {
            (_body, _arrived, _goOn) = (Encoding.UTF8.GetBytes(body), arrived, goOn);
            Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_body.AsMemory(0, 5));
            await stream.FlushAsync();
            _arrived.SetResult();
            await _goOn;
            await stream.WriteAsync(_body.AsMemory(5));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
