using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace Coppice.Streaming.Tests.RemoteCommands;

public sealed class WebSocketCommandTests
{
    private const string Query = "/exec?stdin=true&stdout=true&stderr=true&command=sh&command=-c&command=";

    [Theory]
    [InlineData("v5.channel.k8s.io", false)]
    [InlineData("v4.channel.k8s.io", true)]
    [InlineData("v4.base64.channel.k8s.io", false)]
    [InlineData("channel.k8s.io", false)]
    [InlineData(null, false)]
    public async Task A_command_runs_over_every_subprotocol(string? subprotocol, bool tls)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync, tls: tls);
        using var socket = await ConnectAsync(server, subprotocol, "head -n1; echo err >&2; exit 4");
        await SendAsync(socket, 0, "hello\n");
        var received = await ReceiveAllAsync(socket);
        Assert.Equal(("hello\n", "err\n"), (received[1], received[2]));
        var expected = subprotocol?.StartsWith('v') == true
            ? """{"status":"Failure","message":"command terminated with non-zero exit code: exit status 4","reason":"NonZeroExitCode","details":{"causes":[{"message":"4","reason":"ExitCode"}]},"metadata":{}}"""
            : "command terminated with non-zero exit code: exit status 4";
        Assert.Equal(expected, received[3]);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task Closing_stdin_ends_it_from_v5_on()
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        using var socket = await ConnectAsync(server, "v5.channel.k8s.io", "wc -c");
        await SendAsync(socket, 0, "12345");
        await socket.SendAsync(new byte[] { 255, 0 }, WebSocketMessageType.Binary, true, default);
        var received = await ReceiveAllAsync(socket);
        Assert.Equal(("5\n", """{"status":"Success","metadata":{}}"""), (received[1], received[3]));
    }

    [Fact]
    public async Task A_request_without_an_upgrade_is_refused_as_Kubernetes_does()
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        using var http = new HttpClient();
        var response = await http.PostAsync(new Uri(server.Url, FakeApiServer.Pod + Query + "true"), null);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Upgrade request required","reason":"BadRequest","code":400}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_SPDY_client_without_a_common_protocol_is_told_what_is_spoken()
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Url, FakeApiServer.Pod + Query + "true"));
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "SPDY/3.1");
        request.Headers.Add("X-Stream-Protocol-Version", "v9.channel.k8s.io");
        var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("v4.channel.k8s.io", response.Headers.GetValues("X-Accepted-Stream-Protocol-Versions"));
    }

    private static async Task<ClientWebSocket> ConnectAsync(FakeApiServer server, string? subprotocol, string command)
    {
        var socket = new ClientWebSocket();
        if (subprotocol is not null)
        {
            socket.Options.AddSubProtocol(subprotocol);
        }

        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        var url = new UriBuilder(new Uri(server.Url, FakeApiServer.Pod + Query + Uri.EscapeDataString(command)));
        url.Scheme = url.Scheme == "https" ? "wss" : "ws";
        await socket.ConnectAsync(url.Uri, default);
        Assert.Equal(subprotocol, socket.SubProtocol);
        return socket;
    }

    private static bool IsBase64(ClientWebSocket socket) => socket.SubProtocol?.Contains("base64") == true;

    private static Task SendAsync(ClientWebSocket socket, int channel, string text) => IsBase64(socket)
        ? socket.SendAsync(Encoding.ASCII.GetBytes(channel + Convert.ToBase64String(Encoding.ASCII.GetBytes(text))), WebSocketMessageType.Text, true, default)
        : socket.SendAsync(new byte[] { (byte)channel }.Concat(Encoding.ASCII.GetBytes(text)).ToArray(), WebSocketMessageType.Binary, true, default);

    /// <summary>What came on each channel until the server closed.</summary>
    private static async Task<string[]> ReceiveAllAsync(ClientWebSocket socket)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var texts = Enumerable.Repeat("", 256).ToArray();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, bound.Token) is { MessageType: not WebSocketMessageType.Close } received)
        {
            var text = Encoding.ASCII.GetString(buffer, 1, received.Count - 1);
            if (IsBase64(socket))
            {
                texts[buffer[0] - '0'] += Encoding.ASCII.GetString(Convert.FromBase64String(text));
            }
            else
            {
                texts[buffer[0]] += text;
            }
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, bound.Token);
        return texts;
    }
}
