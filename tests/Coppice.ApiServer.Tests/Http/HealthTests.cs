using Coppice.ApiServer.Http;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>What is asked of a server to know how it is.</summary>
public sealed class HealthTests : IAsyncLifetime
{
    private readonly ServedApi _api;
    private string? _problem;

    public HealthTests() => _api = new()
    {
        Health = [new("store", false, () => null) { Remark = () => "nearly full" }, new("shutdown", true, () => _problem)],
    };

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("/healthz", "ok")]
    [InlineData("/livez?verbose", "[+]ping ok\n[+]store ok\nlivez check passed\n")]
    [InlineData("/readyz?verbose", "[+]ping ok\n[+]store ok\n[+]shutdown ok\nreadyz check passed\n")]
    [InlineData("/readyz?verbose&exclude=store", "[+]ping ok\n[+]store excluded: ok\n[+]shutdown ok\nreadyz check passed\n")]
    [InlineData("/livez?verbose&exclude=b&exclude=a", "[+]ping ok\n[+]store ok\nwarn: some health checks cannot be excluded: no matches for \"a\",\"b\"\nlivez check passed\n")]
    [InlineData("/readyz/shutdown", "ok")]
    [InlineData("/livez/store?verbose", "[+]store ok (nearly full)\n")]
    public async Task A_server_that_is_well_says_so(string path, string text) => Assert.Equal((200, text), await AskAsync(path));

    [Fact]
    public async Task What_fails_is_named_and_why_is_for_who_asks_for_it()
    {
        _problem = "process is shutting down";
        Assert.Equal((500, "[+]ping ok\n[+]store ok\n[-]shutdown failed: reason withheld\nreadyz check failed\n"), await AskAsync("/readyz"));
        Assert.Equal((200, "ok"), await AskAsync("/readyz?exclude=shutdown"));
        Assert.Equal((200, "ok"), await AskAsync("/livez"));
        Assert.Equal((500, "internal server error: process is shutting down\n"), await AskAsync("/readyz/shutdown"));
        Assert.Equal(404, (await _api.GetAsync("/livez/shutdown")).Code);
        using var stranger = _api.ClientOf(_api.Issue("stranger"));
        Assert.Equal(403, (int)(await stranger.GetAsync("/readyz/shutdown")).StatusCode);
    }

    [Fact]
    public async Task Monitoring_is_told_how_each_check_is_and_how_often_it_was_so()
    {
        await AskAsync("/readyz/shutdown");
        _problem = "process is shutting down";
        using var monitor = _api.ClientOf(_api.Issue("prometheus", "system:monitoring"));
        var text = await monitor.GetStringAsync("/metrics/slis");
        Assert.StartsWith("# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single healthcheck.\n# TYPE kubernetes_healthcheck gauge\n", text);
        Assert.Contains("kubernetes_healthcheck{name=\"store\",type=\"livez\"} 1\n", text);
        Assert.Contains("kubernetes_healthcheck{name=\"shutdown\",type=\"readyz\"} 0\n", text);
        Assert.Contains("kubernetes_healthchecks_total{name=\"shutdown\",status=\"error\",type=\"readyz\"} 1\n", text);
        Assert.Contains("kubernetes_healthchecks_total{name=\"shutdown\",status=\"success\",type=\"readyz\"} 1\n", text);
        Assert.DoesNotContain("name=\"shutdown\",type=\"livez\"", text);
    }

    [Fact]
    public async Task It_says_what_runs_with_which_options_to_who_monitors_it()
    {
        const string Warning = "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.\n";
        using var monitor = _api.ClientOf(_api.Issue("prometheus", "system:monitoring"));
        Assert.Equal($"\nkube-apiserver flags\n{Warning}\nnode-name=node-1\nport=6443\n", await monitor.GetStringAsync("/flagz"));
        var status = await monitor.GetStringAsync("/statusz");
        Assert.StartsWith($"\nkube-apiserver statusz\n{Warning}\nStarted: ", status);
        Assert.Matches(@"\nUp: 0 hr 0\d min \d\d sec\n", status);
        Assert.Matches(@"\nStarted: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}\n", status);
        Assert.Contains("\nBinary version: 1.36.0\n", status);
        Assert.Contains("\nPaths: /.well-known /debug /flagz /healthz /livez /metrics /openapi /openid /readyz /statusz\n", status);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/statusz") { Headers = { { "Accept", "application/json" } } };
        using var refused = await monitor.SendAsync(request);
        Assert.Equal((406, "media type not acceptable, must be: text/plain\n"), ((int)refused.StatusCode, await refused.Content.ReadAsStringAsync()));
        using var stranger = _api.ClientOf(_api.Issue("stranger"));
        Assert.Equal(403, (int)(await stranger.GetAsync("/flagz")).StatusCode);
    }

    [Theory]
    [InlineData("v1beta1")]
    [InlineData("v1alpha1")]
    public async Task Programs_are_told_the_same_as_objects(string version)
    {
        var status = (await _api.GetAsync("/statusz", $"application/json;v={version};g=config.k8s.io;as=Statusz")).Good().Body!;
        Assert.Equal(("Statusz", $"config.k8s.io/{version}", "kube-apiserver"), ((string?)status["kind"], (string?)status["apiVersion"], (string?)status["metadata"]!["name"]));
        Assert.Equal(("1.36.0", "1.36"), ((string?)status["binaryVersion"], (string?)status["emulationVersion"]));
        Assert.InRange((long)status["uptimeSeconds"]!, 0, 600);
        Assert.Contains("/livez", status["paths"]!.AsArray().Select(path => (string?)path));
        var flags = (await _api.GetAsync("/flagz", $"application/json;as=Flagz;g=config.k8s.io;v={version}")).Good().Body!;
        Assert.Equal("""{"node-name":"node-1","port":"6443"}""", flags["flags"]!.ToJsonString());
        Assert.Equal(406, (await _api.GetAsync("/statusz", $"application/json;v={version};g=config.k8s.io;as=Flagz")).Code);
    }

    [Fact]
    public async Task It_shows_who_waits_in_which_priority_level()
    {
        var lines = (await _api.Admin.GetStringAsync("/debug/api_priority_and_fairness/dump_priority_levels")).Split('\n');
        Assert.Equal(
            "PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests",
            lines[0]);
        Assert.Equal(
            "catch-all,         0,            true,   false,       0,               0,                 0,                  0,                0,                0", lines[1]);

        // This request itself.
        Assert.Matches("^exempt,            0,            false,  false,       0,               1,                 [0-9]+, +0,                0,                0$", lines[2]);
        Assert.Equal(10, lines.Length);
    }

    private async Task<(int Code, string Text)> AskAsync(string path)
    {
        using var answer = await _api.Admin.GetAsync(path);
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.NonValidated["Content-Type"].ToString());
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
