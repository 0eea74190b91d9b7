using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Coppice.Streaming.Tests.WebSockets;

public sealed class WebSocketAnswerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(null, WebSocketMessageType.Binary, "line 1\n")]
    [InlineData("binary.k8s.io", WebSocketMessageType.Binary, "line 1\n")]
    [InlineData("base64.binary.k8s.io", WebSocketMessageType.Text, "bGluZSAxCg==")]
    public async Task A_log_begins_with_an_empty_message_and_ends_with_a_close(string? protocol, WebSocketMessageType type, string expected)
    {
        await using var server = await FakeApiServer.StartAsync(log: async http => await http.Response.WriteAsync("line 1\n"));
        using var socket = await ConnectAsync(server, "log", protocol is null ? [] : [protocol]);
        Assert.Equal(protocol, socket.SubProtocol);
        Assert.Equal([(type, ""), (type, expected)], await ReceiveAllAsync(socket));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task Every_line_of_a_watch_is_a_text_message_however_it_was_written()
    {
        var large = new string('x', 100_000);
        await using var server = await FakeApiServer.StartAsync(log: async http =>
        {
            await http.Response.StartAsync();
            await http.Response.WriteAsync($"one\ntwo\n{large}");
            await http.Response.Body.FlushAsync();
            await http.Response.WriteAsync("\nthree\n");
        });
        using var socket = await ConnectAsync(server, "lines", ["whatever"]);
        Assert.Equal(["one\n", "two\n", $"{large}\n", "three\n"], (await ReceiveAllAsync(socket)).Select(message => message.Text));
    }

    [Fact]
    public async Task A_client_that_closes_ends_the_answer()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await FakeApiServer.StartAsync(log: async http =>
        {
            await http.Response.Body.FlushAsync();
            await using var end = http.RequestAborted.Register(ended.SetResult);
            await ended.Task;
            http.RequestAborted.ThrowIfCancellationRequested();
        });
        using var socket = await ConnectAsync(server, "log", []);
        using var bound = new CancellationTokenSource(Patience);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, bound.Token);
        await ended.Task.WaitAsync(Patience);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task What_goes_wrong_before_anything_was_said_is_an_ordinary_answer()
    {
        await using var server = await FakeApiServer.StartAsync(log: http => throw new BadHttpRequestException("no such container", 418));
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(UriOf(server, "log"), default));
        Assert.NotEqual(HttpStatusCode.SwitchingProtocols, socket.HttpStatusCode);
    }

    [Fact]
    public async Task A_protocol_that_is_not_spoken_is_refused()
    {
        await using var server = await FakeApiServer.StartAsync(log: _ => Task.CompletedTask);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v4.channel.k8s.io");
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(UriOf(server, "log"), default));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Without_an_upgrade_it_is_a_body()
    {
        await using var server = await FakeApiServer.StartAsync(log: async http => await http.Response.WriteAsync("line 1\n"));
        using var http = new HttpClient();
        Assert.Equal("line 1\n", await http.GetStringAsync(new Uri(server.Url, $"{FakeApiServer.Pod}/log")));
    }

    private static Uri UriOf(FakeApiServer server, string path) =>
        new UriBuilder(new Uri(server.Url, $"{FakeApiServer.Pod}/{path}")) { Scheme = "ws" }.Uri;

    private static async Task<ClientWebSocket> ConnectAsync(FakeApiServer server, string path, string[] protocols)
    {
        var socket = new ClientWebSocket();
        foreach (var protocol in protocols)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        await socket.ConnectAsync(UriOf(server, path), default);
        return socket;
    }

    private static async Task<List<(WebSocketMessageType Type, string Text)>> ReceiveAllAsync(ClientWebSocket socket)
    {
        using var bound = new CancellationTokenSource(Patience);
        var messages = new List<(WebSocketMessageType, string)>();
        var (buffer, text) = (new byte[64 * 1024], "");
        while (await socket.ReceiveAsync(buffer, bound.Token) is { MessageType: not WebSocketMessageType.Close } received)
        {
            text += Encoding.ASCII.GetString(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                messages.Add((received.MessageType, text));
                text = "";
            }
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, bound.Token);
        return messages;
    }
}
