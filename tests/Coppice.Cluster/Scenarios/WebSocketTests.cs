using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Clients that speak WebSockets themselves (Python's, JavaScript's, Ansible's) instead of calling kubectl.</summary>
public sealed class WebSocketTests(SharedCluster shared)
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: shell}
        spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, command: [sh, -c, 'echo begun; while :; do sleep 0.2; echo more; done']}]}
        """;

    private static readonly int[] Sizes = [1, 5_000, 5_000, 5_000, 10_000_000];

    [Theory]
    [InlineData("v5.channel.k8s.io")]
    [InlineData("v4.channel.k8s.io")]
    [InlineData("base64.channel.k8s.io")]
    public async Task A_file_that_is_sent_to_a_command_is_whole_though_the_client_closes_at_once(string protocol)
    {
        var ns = await StartedAsync();
        for (var turn = 0; turn < Sizes.Length; turn++)
        {
            var file = $"/tmp/{protocol}-{turn}";
            var command = Uri.EscapeDataString($"cat > {file}.part && mv {file}.part {file}");
            using (var socket = await ns.Cluster.OpenSocketAsync(
                $"/api/v1/namespaces/{ns.Name}/pods/shell/exec?stdin=true&stdout=true&stderr=true&command=sh&command=-c&command={command}", protocol))
            {
                await SendAsync(socket, Sizes[turn]);
            }

            var expected = $"{Sizes[turn]} {file}";
            await Eventually.SeeAsync(expected, Patience, () => ns.TryAsync(KubectlVersion.Newest, "exec", "shell", "--", "wc", "-c", file), seen => seen.Output.Trim() == expected);
        }
    }

    [Fact]
    public async Task A_log_is_followed_until_its_reader_closes()
    {
        var ns = await StartedAsync();
        using var bound = new CancellationTokenSource(Patience);
        using var socket = await ns.Cluster.OpenSocketAsync($"/api/v1/namespaces/{ns.Name}/pods/shell/log?follow=true", "base64.binary.k8s.io");
        Assert.Equal("", await ReceiveAsync(socket, bound.Token));
        var said = "";
        while (!said.StartsWith("begun\nmore\nmore\n", StringComparison.Ordinal))
        {
            said += Encoding.ASCII.GetString(Convert.FromBase64String(await ReceiveAsync(socket, bound.Token)));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, bound.Token);
    }

    [Fact]
    public async Task A_watch_tells_of_pods()
    {
        var ns = await StartedAsync();
        using var bound = new CancellationTokenSource(Patience);
        using var socket = await ns.Cluster.OpenSocketAsync($"/api/v1/namespaces/{ns.Name}/pods?watch=true", null);
        var seen = JsonNode.Parse(await ReceiveAsync(socket, bound.Token))!;
        Assert.Equal(("ADDED", "shell"), ((string?)seen["type"], (string?)seen["object"]!["metadata"]!["name"]));
    }

    private async Task<TestNamespace> StartedAsync()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Pod);
        await ns.PodIsReadyAsync("shell", Patience);
        return ns;
    }

    /// <summary>Sends so many bytes to the command's input and closes.</summary>
    private static async Task SendAsync(ClientWebSocket socket, int bytes)
    {
        using var bound = new CancellationTokenSource(Patience);
        for (var sent = 0; sent < bytes; sent += 32_000)
        {
            var data = new byte[Math.Min(32_000, bytes - sent)];
            await (socket.SubProtocol!.Contains("base64", StringComparison.Ordinal)
                ? socket.SendAsync(Encoding.ASCII.GetBytes("0" + Convert.ToBase64String(data)), WebSocketMessageType.Text, true, bound.Token)
                : socket.SendAsync(new byte[1 + data.Length], WebSocketMessageType.Binary, true, bound.Token));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, bound.Token);
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket, CancellationToken stop)
    {
        var (buffer, text) = (new byte[64 * 1024], "");
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, stop);
            Assert.Equal(WebSocketMessageType.Text, received.MessageType);
            text += Encoding.ASCII.GetString(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return text;
            }
        }
    }
}
