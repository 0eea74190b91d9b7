using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>A part of the API that somebody else serves: found, listed, watched and connected to as any other.</summary>
public sealed class AggregatedApiTests(SharedCluster shared)
{
    private const int Port = 8445;

    [Fact]
    public async Task What_others_serve_is_listed_watched_and_connected_to()
    {
        var cluster = await shared.GetAsync();
        var ns = await cluster.NewNamespaceAsync();
        var group = $"{ns.Name}.example.com";
        using var certificate = InsideServer.NewCertificate();
        await using var server = await InsideServer.StartAsync(cluster, Port, certificate, request => AnswerAsync(request, group));
        await ns.ApplyAsync(
            $$"""
            apiVersion: v1
            kind: Service
            metadata: {name: things}
            spec: {ports: [{name: https, port: 443, targetPort: {{Port}} }]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: things, labels: {kubernetes.io/service-name: things} }
            addressType: IPv4
            endpoints: [{addresses: ["{{cluster.NodeAddress}}"], conditions: {ready: true} }]
            ports: [{name: https, port: {{Port}}, protocol: TCP}]
            """);

        // As long as a group cannot be reached, whoever asks for all that the API serves is told of an error: so are the tests beside this one.
        var address = await ns.ValueAsync("service/things", ".spec.clusterIP");
        await Eventually.SeeAsync("an answer of the service", Patience,
            () => cluster.Inside(new Command("curl", "--silent", "--insecure", "--max-time", "5", $"https://{address}/")).RunAsync(), seen => seen.Succeeded);
        await ns.ApplyAsync(
            $$"""
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: v1.{{group}} }
            spec:
              group: {{group}}
              version: v1
              service: {name: things, namespace: {{ns.Name}} }
              insecureSkipTLSVerify: true
              groupPriorityMinimum: 1000
              versionPriority: 10
            """);
        await ns.SeesAsync($"apiservice/v1.{group}", ".status.conditions[?(@.type==\"Available\")].status", "True", Patience);
        Assert.Equal($"thing.{group}/one", (await Eventually.SeeAsync(
            "the things", Patience, () => ns.TryAsync(KubectlVersion.Newest, "get", $"things.{group}", "-o", "name"), seen => seen.Succeeded)).Output.Trim());

        var watched = await ns.RunAsync("get", "--raw", $"/apis/{group}/v1/namespaces/{ns.Name}/things?watch=true");
        Assert.Equal(["ADDED one", "MODIFIED one"], watched.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!).Select(one => $"{one["type"]} {one["object"]!["metadata"]!["name"]}"));

        using var socket = await cluster.OpenSocketAsync($"/apis/{group}/v1/namespaces/{ns.Name}/things/one/connect", null);
        var received = new byte[64];
        var message = await socket.ReceiveAsync(received.AsMemory(), TestContext.Current.CancellationToken);
        Assert.Equal((WebSocketMessageType.Text, "hello kubernetes-admin"), (message.MessageType, Encoding.UTF8.GetString(received, 0, message.Count)));

        await ns.RunAsync("delete", "apiservice", $"v1.{group}");
        await Eventually.SeeAsync("nothing of it any more", Patience, () => ns.RunAsync("api-resources", "--api-group", group, "-o", "name"), seen => seen.Trim().Length == 0);
    }

    private static Task AnswerAsync(InsideRequest request, string group)
    {
        var path = request.Path.Split('?')[0];
        const string Meta = """{"name":"one","resourceVersion":"1"}""";
        return path switch
        {
            _ when path == $"/apis/{group}/v1" => request.AnswerAsync(
                $$"""{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"{{group}}/v1","resources":[{"name":"things","singularName":"thing","namespaced":true,"kind":"Thing","verbs":["get","list","watch"]}]}"""),
            _ when path.EndsWith("/connect", StringComparison.Ordinal) => UpgradeAsync(request),
            _ when request.Path.Contains("watch=true", StringComparison.Ordinal) => WatchAsync(request, group, Meta),
            _ when path.EndsWith("/things", StringComparison.Ordinal) => request.AnswerAsync(
                $$"""{"kind":"ThingList","apiVersion":"{{group}}/v1","metadata":{"resourceVersion":"1"},"items":[{"kind":"Thing","apiVersion":"{{group}}/v1","metadata":{{Meta}}}]}"""),
            _ => request.AnswerAsync(null),
        };
    }

    private static async Task WatchAsync(InsideRequest request, string group, string meta)
    {
        await request.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        foreach (var type in (string[])["ADDED", "MODIFIED"])
        {
            var line = $$$"""{"type":"{{{type}}}","object":{"kind":"Thing","apiVersion":"{{{group}}}/v1","metadata":{{{meta}}} } }""" + "\n";
            await request.WriteAsync($"{line.Length:x}\r\n{line}\r\n");
        }

        await request.WriteAsync("0\r\n\r\n");
    }

    // RFC 6455: the answer to its key, and then a frame of text that says who asks, as the front proxy passes it on.
    private static async Task UpgradeAsync(InsideRequest request)
    {
#pragma warning disable CA5350 // The protocol has it so; nothing is protected by it.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(request.Headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await request.WriteAsync($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
        var text = Encoding.UTF8.GetBytes($"hello {request.Headers["X-Remote-User"]}");
        await request.Connection.WriteAsync((byte[])[0x81, (byte)text.Length, .. text]);
        await request.Connection.FlushAsync();

        // Until the other side closes.
        while (await request.Connection.ReadAsync(new byte[64]) > 0)
        {
        }
    }
}
