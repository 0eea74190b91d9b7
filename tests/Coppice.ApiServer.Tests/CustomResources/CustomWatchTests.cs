using Coppice.ApiServer.Tests.Http;
using static Coppice.ApiServer.Tests.CustomResources.Definitions;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>Watches of custom resources end when their definition changes: who begins anew sees them as they are defined by then.</summary>
public sealed class CustomWatchTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string One = """{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"}}}}}""";
    private const string Two = """{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}}}""";

    [Fact]
    public async Task Nobody_is_shown_an_object_without_what_was_defined_since_he_watches()
    {
        await api.DefineAsync(CronTabs("grown.example.com", One));
        var all = $"/apis/grown.example.com/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs";
        using var watch = await WatchAsync($"{all}?watch=true");
        (await api.MakeAsync(all, Body("one"))).Good();
        var before = await watch.NextAsync("ADDED", "one");
        Assert.Equal("""{"a":"1"}""", before["spec"]!.ToJsonString());

        (await api.SendAsync(
            "PATCH", $"{All}/crontabs.grown.example.com", $$"""[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema","value":{{Two}}}]""", "application/json-patch+json")).Good();
        api.FollowDefinitions();
        Assert.Null(await watch.LineAsync());

        (await api.MakeAsync(all, Body("two"))).Good();
        using var again = await WatchAsync($"{all}?watch=true&resourceVersion={(string)before["metadata"]!["resourceVersion"]!}");
        Assert.Equal("""{"a":"1","b":"2"}""", (await again.NextAsync("ADDED", "two"))["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task A_change_that_its_objects_do_not_show_ends_no_watch()
    {
        await api.DefineAsync(CronTabs("labelled.example.com", One));
        var all = $"/apis/labelled.example.com/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs";
        using var watch = await WatchAsync($"{all}?watch=true");
        (await api.PatchAsync($"{All}/crontabs.labelled.example.com", """{"metadata":{"labels":{"a":"b"}}}""")).Good();
        api.FollowDefinitions();
        (await api.MakeAsync(all, Body("one"))).Good();
        await watch.NextAsync("ADDED", "one");
    }

    [Fact]
    public async Task Who_watches_what_goes_with_its_definition_is_told_of_each_and_then_of_nothing_more()
    {
        await api.DefineAsync(CronTabs("gone.example.com", One));
        var all = $"/apis/gone.example.com/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs";
        (await api.MakeAsync(all, Body("one"))).Good();
        using var watch = await WatchAsync($"{all}?watch=true");
        await watch.NextAsync("ADDED", "one");
        (await api.SendAsync("DELETE", $"{All}/crontabs.gone.example.com")).Good();
        api.FollowDefinitions();
        await watch.NextAsync("DELETED", "one");
        Assert.Null(await watch.LineAsync());
    }

    private static string Body(string name) => $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"a":"1","b":"2"}}""";

    private async Task<EventLines> WatchAsync(string path)
    {
        var response = await api.Admin.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return new EventLines(new StreamReader(await response.Content.ReadAsStreamAsync()));
    }
}
