using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Network.HealthPorts;
using Coppice.Network.Netns;
using Coppice.Network.Nftables;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests.Kernel;

/// <summary>What a load balancer outside sees of a service on a node.</summary>
public sealed class HealthPortTests
{
    private const int Port = 30900;

    [Fact]
    public async Task A_node_with_endpoints_is_sent_to_and_one_without_is_not()
    {
        await using var node = await TestNode.StartAsync();
        await using var server = Server(node);

        Assert.Empty(await server.ShowAsync([Web(2)]));
        var good = await AskAsync(node.Outside, "GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", good);
        Assert.Contains("\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nX-Load-Balancing-Endpoint-Weight: 2\r\n", good);
        Assert.EndsWith("\r\n\r\n{\n\t\"service\": {\n\t\t\"namespace\": \"default\",\n\t\t\"name\": \"web\"\n\t},\n\t\"localEndpoints\": 2,\n\t\"serviceProxyHealthy\": true\n}", good);

        Assert.Empty(await server.ShowAsync([Web(0)]));
        var none = await AskAsync(node.Outside, "GET / HTTP/1.0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", none);
        Assert.Contains("\r\nX-Load-Balancing-Endpoint-Weight: 0\r\n", none);
        Assert.Contains("\"localEndpoints\": 0,", none);
    }

    [Fact]
    public async Task A_node_whose_rules_fail_is_not_sent_to_until_they_are_good_again()
    {
        await using var node = await TestNode.StartAsync();
        await using var server = Server(node);
        await server.ShowAsync([Web(1)]);
        server.Fail();
        var failing = await AskAsync(node.Outside, "HEAD / HTTP/1.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 ", failing);
        Assert.EndsWith("\r\n\r\n", failing);
        Assert.Contains("\"serviceProxyHealthy\": false", await AskAsync(node.Outside, "GET / HTTP/1.1\r\n\r\n"));

        await server.ShowAsync([Web(1)]);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(node.Outside, "GET / HTTP/1.1\r\n\r\n"));
    }

    [Fact]
    public async Task A_port_is_closed_with_its_service_and_one_that_is_taken_is_told_of_and_tried_again()
    {
        await using var node = await TestNode.StartAsync();
        await using var server = Server(node);
        await server.ShowAsync([Web(1)]);
        await server.ShowAsync([]);
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => AskAsync(node.Outside, ""))).SocketErrorCode);

        using (var other = await NetworkNamespaces.OpenAsync(node.Path, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            other.Bind(new IPEndPoint(IPAddress.Any, Port));
            other.Listen();
            var told = Assert.Single(await server.ShowAsync([Web(1)]));
            Assert.Equal((new RuleOwner("Service", "default", "web"), "FailedToStartServiceHealthcheck"), (told.Owner, told.Reason));
        }

        Assert.Empty(await server.ShowAsync([Web(1)]));
        Assert.StartsWith("HTTP/1.1 400 ", await AskAsync(node.Outside, "\r\n\r\n"));
    }

    private static HealthPortServer Server(TestNode node) => new(TimeProvider.System, NullLogger.Instance, node.Path);

    private static HealthPortInfo Web(int endpoints) => new("default", "web", Port, endpoints);

    private static async Task<string> AskAsync(string place, string request)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var socket = await NetworkNamespaces.ConnectAsync(place, new IPEndPoint(TestNode.Address, Port), patience.Token);
        using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), patience.Token);
        return await new StreamReader(stream).ReadToEndAsync(patience.Token);
    }
}
