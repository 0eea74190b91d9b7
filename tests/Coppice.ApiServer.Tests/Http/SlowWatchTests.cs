using System.Net;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A watch whose client does not read what there is.</summary>
public sealed class SlowWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly ServedApi _api;

    public SlowWatchTests() => _api = new() { Time = _time, Flow = new() { ReadingMax = 1, WritingMax = 1 } };

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task It_keeps_its_seat_no_longer_than_the_time_of_a_request()
    {
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
        (await _api.PostAsync($"{Rbac}/clusterroles", """{"metadata":{"name":"look"},"rules":[{"verbs":["*"],"apiGroups":[""],"resources":["configmaps"]}]}""")).Good();
        (await _api.PostAsync($"{Rbac}/clusterrolebindings", """
            {"metadata":{"name":"look"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"look"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"slow"}]}
            """)).Good();
        var space = await _api.NewNamespaceAsync();

        // More than what lies in the sockets between the two.
        for (var i = 0; i < 24; i++)
        {
            (await _api.PostAsync($"{space}/configmaps", $$$"""{"metadata":{"name":"large-{{{i}}}"},"data":{"a":"{{{new string('x', 1_000_000)}}}"}}""")).Good();
        }

        using var client = _api.ClientOf(_api.Issue("slow"));
        using var watch = await client.GetAsync($"{space}/configmaps?watch=true", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.OK, watch.StatusCode);
        var next = client.GetAsync($"{space}/configmaps/large-1");
        await Eventually.SeeAsync(
            "a request that waits for the seat",
            Soon,
            () => _api.Admin.GetStringAsync("/metrics"),
            figures => figures.Contains("apiserver_flowcontrol_current_inqueue_requests{flow_schema=\"global-default\",priority_level=\"global-default\"} 1\n", StringComparison.Ordinal));

        // Whoever waits does so for less than that.
        _time.Advance(TimeSpan.FromSeconds(60));
        using var late = await next.WaitAsync(Soon);
        using var answered = await client.GetAsync($"{space}/configmaps/large-1").WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }
}
