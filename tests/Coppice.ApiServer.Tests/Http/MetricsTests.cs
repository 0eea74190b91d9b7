using System.Globalization;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>/metrics, as Prometheus and people read it.</summary>
public sealed class MetricsTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task Requests_are_counted_by_what_they_were_and_how_they_ended()
    {
        var space = await api.NewNamespaceAsync();
        await api.NewConfigMapAsync(space, "a");
        await api.NewConfigMapAsync(space, "a");
        await api.GetAsync($"{space}/configmaps/a");
        await api.GetAsync($"{space}/configmaps/b");
        await api.GetAsync($"{space}/configmaps");
        await api.PatchAsync($"{space}/configmaps/a", """{"data":{"a":"2"}}""");
        await api.SendAsync("DELETE", $"{space}/configmaps/a?dryRun=All");
        var text = await ReadAsync();
        Assert.Equal(1, Value(text, Total("201", "resource", "POST")));
        Assert.Equal(1, Value(text, Total("409", "resource", "POST")));
        Assert.Equal(1, Value(text, Total("200", "resource", "GET")));
        Assert.Equal(1, Value(text, Total("404", "resource", "GET")));
        Assert.Equal(1, Value(text, Total("200", "namespace", "LIST")));
        Assert.Equal(1, Value(text, Total("200", "resource", "PATCH")));
        Assert.Equal(1, Value(text, Total("200", "resource", "DELETE", dryRun: "All")));
        const string Gets = """component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1" """;
        Assert.Equal(2, Value(text, $"apiserver_request_duration_seconds_count{{{Gets.Trim()}}}"));
        Assert.Equal(2, Value(text, $"apiserver_request_duration_seconds_bucket{{{Gets.Trim()},le=\"+Inf\"}}"));
        Assert.Contains("# TYPE apiserver_request_duration_seconds histogram\n", text);
        Assert.InRange(Value(text, "process_resident_memory_bytes"), 1e6, 1e12);
        Assert.InRange(Value(text, "coppice_store_revision"), 1, 1e9);
    }

    [Fact]
    public async Task Who_asks_now_is_in_flight_and_who_watches_is_long_running()
    {
        var space = await api.NewNamespaceAsync();
        using var watch = await api.Admin.GetAsync($"{space}/secrets?watch=true", HttpCompletionOption.ResponseHeadersRead);
        var text = await ReadAsync();
        Assert.Equal(1, Value(text, """apiserver_longrunning_requests{component="apiserver",group="",resource="secrets",scope="namespace",subresource="",verb="WATCH",version="v1"}"""));

        // This request itself.
        Assert.InRange(Value(text, """apiserver_current_inflight_requests{request_kind="readOnly"}"""), 1, 100);
        Assert.Equal(0, Value(text, """apiserver_current_inflight_requests{request_kind="mutating"}"""));
    }

    [Fact]
    public async Task What_is_stored_and_told_and_how_much_is_answered_is_counted()
    {
        var space = await api.NewNamespaceAsync();
        using var watch = await api.Admin.GetAsync($"{space}/limitranges?watch=true", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await watch.Content.ReadAsStreamAsync());
        (await api.PostAsync($"{space}/limitranges", """{"metadata":{"name":"a"},"spec":{"limits":[]}}""")).Good();
        await reader.ReadLineAsync();
        (await api.GetAsync($"{space}/limitranges/a")).Good();
        var text = await ReadAsync();
        Assert.Equal(1, Value(text, """apiserver_resource_objects{group="",resource="limitranges"}"""));
        Assert.Equal(1, Value(text, """apiserver_storage_objects{resource="limitranges"}"""));
        Assert.Equal(1, Value(text, """apiserver_watch_events_total{group="",resource="limitranges",version="v1"}"""));
        const string Gets = """component="apiserver",group="",resource="limitranges",scope="resource",subresource="",verb="GET",version="v1" """;
        Assert.Equal(1, Value(text, $"apiserver_response_sizes_count{{{Gets.Trim()}}}"));
        Assert.InRange(Value(text, $"apiserver_response_sizes_sum{{{Gets.Trim()}}}"), 100, 2000);
        Assert.InRange(Value(text, "dotnet_total_memory_bytes"), 1e6, 1e12);
    }

    [Fact]
    public async Task What_strangers_make_up_is_counted_together()
    {
        for (var i = 0; i < 20; i++)
        {
            await api.GetAsync($"/api/v1/namespaces/default/odd{i}");
            await api.GetAsync($"/odd/{i}");
            await api.GetAsync($"/api/v1/namespaces/default/pods/p/odd{i}");
        }

        Assert.DoesNotMatch("odd[0-9/]", await ReadAsync());
    }

    [Fact]
    public async Task The_server_s_own_loops_tell_of_their_queues()
    {
        api.FollowFlows();
        api.Aggregate();
        var text = await ReadAsync();
        Assert.Contains("workqueue_depth{name=\"FlowControl\"}", text);
        Assert.Contains("workqueue_depth{name=\"APIServices\"}", text);
    }

    [Fact]
    public async Task It_is_for_who_may_see_it()
    {
        using var stranger = api.ClientOf(api.Issue("stranger"));
        using var refused = await stranger.GetAsync("/metrics");
        Assert.Equal("forbidden: User \"stranger\" cannot get path \"/metrics\"", (await Answer.OfAsync(refused)).Refused(403, "Forbidden"));
    }

    private static string Total(string code, string scope, string verb, string dryRun = "") =>
        $$"""apiserver_request_total{code="{{code}}",component="apiserver",dry_run="{{dryRun}}",group="",resource="configmaps",scope="{{scope}}",subresource="",verb="{{verb}}",version="v1"}""";

    private static double Value(string text, string sample) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith(sample + " ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[(sample.Length + 1)..], CultureInfo.InvariantCulture)
            : throw new Xunit.Sdk.XunitException($"no {sample} in\n{text}");

    private async Task<string> ReadAsync()
    {
        using var answer = await api.Admin.GetAsync("/metrics");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8; escaping=underscores", answer.Content.Headers.NonValidated["Content-Type"].ToString());
        return await answer.Content.ReadAsStringAsync();
    }
}
