using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Coppice.Streaming.Spdy;

namespace Coppice.Streaming.Tests;

/// <summary>What a client sent before it went reaches the command or the port it was for, to the last byte, and then the end.</summary>
public sealed class LeavingClientTests : IDisposable
{
    private const int SmallBytes = 5_000;
    private const int LargeBytes = 10_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("leaving").FullName;

    public enum Leave
    {
        CloseHandshake,
        CloseFrameOnly,
        Cut,
    }

    public static TheoryData<string, Leave, bool> Ways
    {
        get
        {
            var ways = new TheoryData<string, Leave, bool>();
            foreach (var protocol in (string[])["v5.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io", "channel.k8s.io", "base64.channel.k8s.io", ""])
            {
                ways.Add(protocol, Leave.CloseHandshake, true);
                ways.Add(protocol, Leave.CloseFrameOnly, false);
                ways.Add(protocol, Leave.Cut, true);
                ways.Add(protocol, Leave.Cut, false);
            }

            return ways;
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_was_sent_to_a_command_just_before_a_WebSocket_closes_arrives(string protocol, Leave leave, bool tls)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync, tls: tls);
        var written = Path.Combine(_directory, "written");
        await SendAndLeaveAsync(server, "exec", Shell($"cat > {written}; mv {written} {written}.whole"), protocol, leave, SmallBytes);
        Assert.Equal(SmallBytes, await LengthOfAsync($"{written}.whole"));
    }

    [Theory]
    [InlineData(Leave.CloseHandshake)]
    [InlineData(Leave.Cut)]
    public async Task Much_input_arrives_whole_at_a_command_that_reads_late(Leave leave)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync, tls: true);
        var written = Path.Combine(_directory, "written");
        await SendAndLeaveAsync(server, "exec", Shell($"sleep 0.5; cat > {written}; mv {written} {written}.whole"), "v4.channel.k8s.io", leave, LargeBytes);
        Assert.Equal(LargeBytes, await LengthOfAsync($"{written}.whole"));
    }

    [Fact]
    public async Task A_command_that_goes_on_printing_after_its_client_has_gone_comes_to_its_end()
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        var written = Path.Combine(_directory, "written");
        await SendAndLeaveAsync(server, "exec", Shell($"cat; seq 200000; echo done > {written}"), "v4.channel.k8s.io", Leave.Cut, SmallBytes);
        Assert.Equal(5, await LengthOfAsync(written));
    }

    [Fact]
    public async Task What_was_sent_to_an_attached_container_just_before_the_close_arrives()
    {
        var written = Path.Combine(_directory, "written");
        await using var server = await FakeApiServer.StartAsync(
            (request, streams, stop) => LocalProcess.RunAsync(request with { Command = ["sh", "-c", $"cat > {written}; mv {written} {written}.whole"] }, streams, stop));
        await SendAndLeaveAsync(server, "attach", "", "v4.channel.k8s.io", Leave.CloseFrameOnly, SmallBytes);
        Assert.Equal(SmallBytes, await LengthOfAsync($"{written}.whole"));
    }

    [Fact]
    public async Task A_close_is_answered_at_once_though_the_command_runs_on()
    {
        var end = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await FakeApiServer.StartAsync(async (_, _, _) => await end.Task);
        using var socket = await ConnectAsync(server, "exec", "&command=x", "v5.channel.k8s.io");
        using var bound = new CancellationTokenSource(Patience);
        await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, null, bound.Token);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        end.SetResult(new CommandOutcome.Exited(0));
    }

    [Fact]
    public async Task A_command_that_does_not_end_without_its_client_is_let_go_after_a_time()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await FakeApiServer.StartAsync(
            async (_, _, stop) =>
            {
                await using var letGo = stop.Register(() => ended.TrySetResult());
                await ended.Task;
                return new CommandOutcome.Exited(0);
            },
            options: new StreamingOptions { UnattendedTimeout = TimeSpan.FromMilliseconds(50) });
        await SendAndLeaveAsync(server, "exec", "&command=x", "v4.channel.k8s.io", Leave.Cut, SmallBytes);
        await ended.Task.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_sent_over_SPDY_before_the_connection_ends_arrives(bool ended)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        var written = Path.Combine(_directory, "written");
        await using (var connection = await SpdyAsync(server, "/exec?stdin=true" + Shell($"cat > {written}; mv {written} {written}.whole"), "v4.channel.k8s.io"))
        {
            await OpenAsync(connection, ("streamType", "error"));
            var stdin = await OpenAsync(connection, ("streamType", "stdin"));
            await stdin.WriteAsync(new byte[SmallBytes]);
            if (ended)
            {
                await stdin.CompleteWritesAsync(CancellationToken.None);
            }
        }

        Assert.Equal(SmallBytes, await LengthOfAsync($"{written}.whole"));
    }

    [Fact]
    public async Task A_stdin_that_is_reset_ends_the_commands_input()
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        var written = Path.Combine(_directory, "written");
        await using var connection = await SpdyAsync(server, "/exec?stdin=true" + Shell($"cat > {written}; mv {written} {written}.whole"), "v4.channel.k8s.io");
        await OpenAsync(connection, ("streamType", "error"));
        var stdin = await OpenAsync(connection, ("streamType", "stdin"));
        await stdin.WriteAsync(new byte[SmallBytes]);
        stdin.Reset();
        Assert.Equal(SmallBytes, await LengthOfAsync($"{written}.whole"));
    }

    [Theory]
    [InlineData("v4.channel.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io")]
    public async Task What_was_sent_to_a_port_just_before_a_WebSocket_closes_arrives(string protocol)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var server = await FakeApiServer.StartAsync(connect: EchoServer.ConnectAsync);
        await SendAndLeaveAsync(server, "portforward", $"&ports={((IPEndPoint)listener.LocalEndpoint).Port}", protocol, Leave.CloseFrameOnly, SmallBytes);
        Assert.Equal(SmallBytes, await ReceivedAsync(listener));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_sent_to_a_port_over_SPDY_before_the_connection_ends_arrives(bool ended)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var server = await FakeApiServer.StartAsync(connect: EchoServer.ConnectAsync);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString();
        await using (var connection = await SpdyAsync(server, "/portforward", "portforward.k8s.io"))
        {
            await OpenAsync(connection, ("streamType", "error"), ("port", port), ("requestID", "0"));
            var data = await OpenAsync(connection, ("streamType", "data"), ("port", port), ("requestID", "0"));
            await data.WriteAsync(new byte[SmallBytes]);
            if (ended)
            {
                await data.CompleteWritesAsync(CancellationToken.None);
            }
        }

        Assert.Equal(SmallBytes, await ReceivedAsync(listener));
    }

    [Theory]
    [InlineData("0!!no base64!!", 1, WebSocketCloseStatus.InvalidPayloadData)]
    [InlineData("0QUFB", 400_000, WebSocketCloseStatus.MessageTooBig)]
    public async Task A_client_that_breaks_the_rules_is_told_by_the_close_code(string message, int times, WebSocketCloseStatus expected)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        using var socket = await ConnectAsync(server, "exec", Shell("cat"), "v4.base64.channel.k8s.io");
        using var bound = new CancellationTokenSource(Patience);
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(message, times))), WebSocketMessageType.Text, true, bound.Token);
        var buffer = new byte[1024];
        while ((await socket.ReceiveAsync(buffer, bound.Token)).MessageType != WebSocketMessageType.Close)
        {
        }

        Assert.Equal(expected, socket.CloseStatus);
    }

    private static string Shell(string script) => $"&command=sh&command=-c&command={Uri.EscapeDataString(script)}";

    private static async Task SendAndLeaveAsync(FakeApiServer server, string verb, string query, string protocol, Leave leave, int bytes)
    {
        using var socket = await ConnectAsync(server, verb, query, protocol);
        using var bound = new CancellationTokenSource(Patience);
        if (leave == Leave.Cut)
        {
            // A kernel that is told to close what was not read throws away what is under way, too.
            await socket.ReceiveAsync(new byte[16], bound.Token);
        }

        for (var sent = 0; sent < bytes; sent += SmallBytes)
        {
            var data = new byte[Math.Min(SmallBytes, bytes - sent)];
            await (protocol.Contains("base64", StringComparison.Ordinal)
                ? socket.SendAsync(Encoding.ASCII.GetBytes("0" + Convert.ToBase64String(data)), WebSocketMessageType.Text, true, bound.Token)
                : socket.SendAsync(new byte[1 + data.Length], WebSocketMessageType.Binary, true, bound.Token));
        }

        switch (leave)
        {
            case Leave.CloseHandshake:
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, bound.Token);
                break;
            case Leave.CloseFrameOnly:
                await socket.CloseOutputAsync(WebSocketCloseStatus.Empty, null, bound.Token);
                break;
        }
    }

    private static async Task<ClientWebSocket> ConnectAsync(FakeApiServer server, string verb, string query, string protocol)
    {
        var socket = new ClientWebSocket();
        if (protocol.Length > 0)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        var url = new UriBuilder(new Uri(server.Url, $"{FakeApiServer.Pod}/{verb}?stdin=true&stdout=true{query}"));
        url.Scheme = url.Scheme == "https" ? "wss" : "ws";
        await socket.ConnectAsync(url.Uri, default);
        return socket;
    }

    private static async Task<SpdyConnection> SpdyAsync(FakeApiServer server, string path, string protocol)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Url, FakeApiServer.Pod + path));
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "SPDY/3.1");
        request.Headers.Add("X-Stream-Protocol-Version", protocol);
        var response = await http.SendAsync(request, default);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, response.StatusCode);
        return SpdyConnection.Start(await response.Content.ReadAsStreamAsync(), isServer: false, new StreamingOptions());
    }

    private static async Task<SpdyStream> OpenAsync(SpdyConnection connection, params (string Name, string Value)[] headers)
    {
        var stream = await connection.OpenStreamAsync(headers.ToDictionary(h => h.Name, h => h.Value), default);
        await stream.Accepted.WaitAsync(Patience);
        return stream;
    }

    private static async Task<long> ReceivedAsync(TcpListener listener)
    {
        using var bound = new CancellationTokenSource(Patience);
        using var client = await listener.AcceptTcpClientAsync(bound.Token);
        using var received = new MemoryStream();
        await client.GetStream().CopyToAsync(received, bound.Token);
        return received.Length;
    }

    private static async Task<long> LengthOfAsync(string path)
    {
        using var bound = new CancellationTokenSource(Patience);
        while (!File.Exists(path))
        {
            Assert.False(bound.IsCancellationRequested, $"{path} was not written within {Patience}");
            await Task.Delay(20, CancellationToken.None);
        }

        return new FileInfo(path).Length;
    }
}
