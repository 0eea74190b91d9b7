using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.ApiServer.Authentication;
using Coppice.Streaming.Tunnels;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>The agent of a node that nobody can dial is reached by the tunnel that it offers, and by nobody else's.</summary>
public sealed class TunnelTests(ServedApi api) : IClassFixture<ServedApi>, IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    // Nobody listens there: whoever dials is refused at once.
    private const int ClosedPort = 1;

    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _agents = [];
    private readonly List<IAsyncDisposable> _parts = [];

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_agents);
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }

        _over.Dispose();
    }

    [Fact]
    public async Task It_is_asked_through_its_tunnel_and_by_its_address_where_it_offers_none()
    {
        await NewNodeAsync("far");
        Assert.Contains("connection refused", (await AskAsync("far")).Refused(503, "ServiceUnavailable"));

        Offer("far", await EndpointAsync("far"));
        await ReachedAsync("far", "GET /x\n");

        // Bytes go both ways after HTTP is left, and much of them in one way.
        using var upgrade = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nodes/far/proxy/upgrade") { Version = HttpVersion.Version11 };
        upgrade.Headers.Connection.Add("Upgrade");
        upgrade.Headers.Upgrade.Add(new("test"));
        using var answer = await api.Admin.SendAsync(upgrade, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, answer.StatusCode);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        await stream.WriteAsync("hello"u8.ToArray());
        Assert.EndsWith("hello", await new StreamReader(stream).ReadToEndAsync());
        var much = new string('x', 300_000);
        Assert.Equal(much, (string?)(await api.SendAsync("POST", "/api/v1/nodes/far/proxy/take", much, "text/plain")).Body);
    }

    [Fact]
    public async Task An_agent_that_lost_its_tunnel_offers_another()
    {
        await NewNodeAsync("back");
        var endpoint = await EndpointAsync("back");
        using var first = new CancellationTokenSource();
        var agent = AgentOf("back", endpoint).RunAsync(first.Token);
        await ReachedAsync("back", "GET /x\n");
        await first.CancelAsync();
        await agent;
        await Eventually.SeeAsync("that it is gone", Soon, () => AskAsync("back"), seen => seen.Code == 503);

        Offer("back", endpoint);
        await ReachedAsync("back", "GET /x\n");

        // One that comes again before the server knows that it had gone is the one that counts.
        Offer("back", await EndpointAsync("somebody-else"));
        await Eventually.SeeAsync("the newer one", Soon, () => AskAsync("back"), seen => $"{seen.Body}".Contains("RemoteCertificateNameMismatch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tunnel_leads_to_the_node_whose_agent_offers_it_and_to_no_other()
    {
        await NewNodeAsync("victim");
        await NewNodeAsync("thief");
        Offer("thief", await EndpointAsync("thief"));
        await ReachedAsync("thief", "GET /x\n");
        Assert.Contains("connection refused", (await AskAsync("victim")).Refused(503, "ServiceUnavailable"));

        // Nor can it take a connection that was asked of another, whose agent is asked and does not come.
        using var victim = api.ClientOf(api.Issue("system:node:victim", "system:nodes"));
        using var control = await UpgradeAsync(victim, TunnelProtocol.Path);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, control.StatusCode);
        var asking = AskAsync("victim");
        using var lines = new StreamReader(await control.Content.ReadAsStreamAsync(), Encoding.ASCII);
        var number = await lines.ReadLineAsync();
        using var thief = api.ClientOf(api.Issue("system:node:thief", "system:nodes"));
        using var stolen = await UpgradeAsync(thief, $"{TunnelProtocol.Path}/{number}");
        Assert.Equal(HttpStatusCode.NotFound, stolen.StatusCode);
        Assert.Contains("connection refused", (await asking).Refused(503, "ServiceUnavailable"));
    }

    /// <summary>Else each look, every 15 s, is two handshakes on each side.</summary>
    [Fact]
    public async Task Figures_come_by_one_connection_until_it_is_put_away()
    {
        await NewNodeAsync("measured");
        var endpoint = await ServeAsync("measured");
        Offer("measured", endpoint.Port);
        await ReachedAsync("measured", "GET /x\n");

        await api.Figures.ReadAsync("measured", default);
        var first = Assert.Single(endpoint.FigureConnections);
        await api.Figures.ReadAsync("measured", default);
        Assert.Equal(first, Assert.Single(endpoint.FigureConnections));

        // A server that stops would wait for what goes on in its tunnels.
        await api.Figures.DisposeAsync();
        await Eventually.TrueAsync("the end of the connection", Soon, () => endpoint.FigureConnections.IsEmpty);
    }

    [Fact]
    public async Task Nobody_but_the_agent_of_a_node_offers_a_tunnel()
    {
        foreach (var who in (IssuedCertificate?[])[null, api.Issue("jane"), api.Issue("admin", "system:masters"), api.Issue("system:node:", "system:nodes"), api.Issue("system:node:far")])
        {
            using var client = api.ClientOf(who);
            using var refused = await UpgradeAsync(client, TunnelProtocol.Path);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var agent = api.ClientOf(api.Issue("system:node:far", "system:nodes"));
        using var plain = await agent.GetAsync(TunnelProtocol.Path);
        Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
        foreach (var path in (string[])["/7", "/x", "/"])
        {
            using var unasked = await UpgradeAsync(agent, TunnelProtocol.Path + path);
            Assert.Equal(HttpStatusCode.NotFound, unasked.StatusCode);
        }
    }

    private static async Task<HttpResponseMessage> UpgradeAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = HttpVersion.Version11 };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new("coppice-tunnel"));
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private Task<Answer> AskAsync(string node) => api.GetAsync($"/api/v1/nodes/{node}/proxy/x");

    private Task ReachedAsync(string node, string says) =>
        Eventually.SeeAsync($"the agent of {node}", Soon, () => AskAsync(node), seen => $"{seen.Body}".StartsWith(says, StringComparison.Ordinal));

    private void Offer(string node, int endpoint) => _agents.Add(AgentOf(node, endpoint).RunAsync(_over.Token));

    private TunnelClient AgentOf(string node, int endpoint)
    {
        var client = new HttpMessageInvoker(ServedApi.HandlerOf(api.Issue($"system:node:{node}", "system:nodes")));
        return new(client, api.Address, new(IPAddress.Loopback, endpoint), new TunnelOptions(), TimeProvider.System, NullLogger.Instance);
    }

    /// <summary>What an agent serves, under its certificate.</summary>
    private async Task<int> EndpointAsync(string node) => (await ServeAsync(node)).Port;

    private async Task<ProxyBackend> ServeAsync(string node)
    {
        var issued = api.IssueServer(node);
        var backend = await ProxyBackend.StartAsync(X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem));
        _parts.Add(backend);
        return backend;
    }

    private async Task NewNodeAsync(string name)
    {
        (await api.PostAsync("/api/v1/nodes", $$$"""{"metadata":{"name":"{{{name}}}"}}""")).Good();
        (await api.PatchAsync(
            $"/api/v1/nodes/{name}/status",
            $$$$$"""{"status":{"addresses":[{"type":"InternalIP","address":"192.0.2.1"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":{{{{{ClosedPort}}}}}}}}}""")).Good();
    }
}
