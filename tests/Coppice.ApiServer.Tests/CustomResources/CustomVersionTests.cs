using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Coppice.ApiServer.Tests.Webhooks;
using Microsoft.AspNetCore.Http;
using static Coppice.ApiServer.Tests.CustomResources.Definitions;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>Several versions of a kind: each is read and written, and one is stored.</summary>
public sealed class CustomVersionTests(ServedApi api) : IClassFixture<ServedApi>
{
    private static int _groups;

    [Fact]
    public async Task Versions_that_differ_in_name_show_the_same_objects()
    {
        var group = await DefineAsync("v1", """{"strategy":"None"}""");
        var space = await SpaceAsync();
        (await api.MakeAsync(Objects(group, "v1beta1", space), """{"metadata":{"name":"one"},"spec":{"hostPort":"a:1"}}""")).Good();
        var newer = (await api.GetAsync(Objects(group, "v1", space))).Good().Body!;
        Assert.Equal(($"{group}/v1", "{}"), ((string?)newer["items"]![0]!["apiVersion"], newer["items"]![0]!["spec"]?.ToJsonString()));
        Assert.Equal(["v1", "v1beta1"], (await api.GetAsync($"/apis/{group}")).Good().Body!["versions"]!.AsArray().Select(one => (string?)one!["version"]));
        var old = await api.GetAsync(Objects(group, "v1beta1", space));
        Assert.Equal([$"299 - \"{group}/v1beta1 CronTab is deprecated; use {group}/v1 CronTab\""], old.Warnings);
    }

    [Fact]
    public async Task A_webhook_turns_a_whole_page_at_once()
    {
        await using var webhook = await ConvertingAsync(null);
        var group = await DefineAsync("v1", Webhook(webhook));
        var space = await SpaceAsync();
        foreach (var name in (string[])["one", "two", "three"])
        {
            var made = (await api.MakeAsync(Objects(group, "v1beta1", space), $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"hostPort":"{{{name}}}:1"}}""")).Good().Body!;
            Assert.Equal($"{name}:1", (string?)made["spec"]!["hostPort"]);
        }

        Assert.Equal("""{"host":"one","port":"1"}""", (await api.GetAsync($"{Objects(group, "v1", space)}/one")).Good().Body!["spec"]!.ToJsonString());
        var before = webhook.Asked.Count;
        var list = (await api.GetAsync(Objects(group, "v1beta1", space))).Good().Body!;
        Assert.Equal(["one:1", "three:1", "two:1"], list["items"]!.AsArray().Select(item => (string?)item!["spec"]!["hostPort"]));
        Assert.Equal(before + 1, webhook.Asked.Count);
        Assert.Equal($"{group}/v1beta1", (string?)webhook.Asked[^1].Body!["request"]!["desiredAPIVersion"]);

        using var watch = await api.Admin.GetAsync($"{Objects(group, "v1beta1", space)}?watch=true&resourceVersion=0&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Contains("\"hostPort\":\"two:1\"", await watch.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_was_stored_in_another_version_is_stored_in_the_new_one_when_it_is_written_again()
    {
        await using var webhook = await ConvertingAsync(null);
        var group = await DefineAsync("v1beta1", Webhook(webhook));
        var space = await SpaceAsync();
        (await api.MakeAsync(Objects(group, "v1beta1", space), """{"metadata":{"name":"one"},"spec":{"hostPort":"a:1"}}""")).Good();
        Assert.Empty(webhook.Asked);
        (await api.SendAsync("PATCH", $"{All}/crontabs.{group}", """[{"op":"replace","path":"/spec/versions/0/storage","value":false},{"op":"replace","path":"/spec/versions/1/storage","value":true}]""", "application/json-patch+json")).Good();
        await api.WaitAsync($"{All}/crontabs.{group}", body => body["status"]!["storedVersions"]!.AsArray().Count == 2);

        var read = (await api.GetAsync($"{Objects(group, "v1", space)}/one")).Good();
        var version = (string?)read.Body!["metadata"]!["resourceVersion"];
        var written = (await api.SendAsync("PUT", $"{Objects(group, "v1", space)}/one", read.Body.ToJsonString())).Good().Body!;
        Assert.NotEqual(version, (string?)written["metadata"]!["resourceVersion"]);
        var asked = webhook.Asked.Count;
        (await api.GetAsync($"{Objects(group, "v1", space)}/one")).Good();
        Assert.Equal(asked, webhook.Asked.Count);
    }

    [Theory]
    [InlineData("refuse", "conversion webhook for GROUP/v1, Kind=CronTab failed: no such port")]
    [InlineData("fewer", "conversion webhook for GROUP/v1, Kind=CronTab returned 0 objects, expected 1")]
    [InlineData("rename", "conversion webhook for GROUP/v1, Kind=CronTab returned invalid converted object at index 0: invalid metadata.name, expected other, got one")]
    [InlineData("keep", "conversion webhook for GROUP/v1, Kind=CronTab returned invalid converted object at index 0: invalid groupVersion (expected GROUP/v1beta1, received GROUP/v1)")]
    public async Task A_webhook_that_answers_badly_is_told_of(string how, string message)
    {
        await using var webhook = await ConvertingAsync(how);
        var group = await DefineAsync("v1", Webhook(webhook));
        var space = await SpaceAsync();
        (await api.MakeAsync(Objects(group, "v1", space), """{"metadata":{"name":"one"},"spec":{"host":"a","port":"1"}}""")).Good();
        var refused = (await api.GetAsync($"{Objects(group, "v1beta1", space)}/one")).Refused(500, "InternalError");
        Assert.Equal($"Internal error occurred: {message}".Replace("GROUP", group), refused);
        (await api.GetAsync($"{Objects(group, "v1", space)}/one")).Good();
    }

    private static string Objects(string group, string version, string space) => $"/apis/{group}/{version}/namespaces/{space}/crontabs";

    private static string Webhook(WebhookServer webhook) =>
        $$$"""{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"https://127.0.0.1:{{{webhook.Port}}}/convert","caBundle":"{{{webhook.CaBundle}}}"} } }""";

    private async Task<string> SpaceAsync() => (await api.NewNamespaceAsync()).Split('/')[^1];

    private async Task<string> DefineAsync(string stored, string conversion)
    {
        var group = $"versions-{Interlocked.Increment(ref _groups)}.example.com";
        const string Older = """{"type":"object","properties":{"spec":{"type":"object","properties":{"hostPort":{"type":"string"}}}}}""";
        const string Newer = """{"type":"object","properties":{"spec":{"type":"object","properties":{"host":{"type":"string"},"port":{"type":"string"}}}}}""";
        await api.DefineAsync(Of(
            group,
            $$$"""
            {"name":"v1beta1","served":true,"deprecated":true,"storage":{{{(stored == "v1beta1" ? "true" : "false")}}},"schema":{"openAPIV3Schema":{{{Older}}} } },
            {"name":"v1","served":true,"storage":{{{(stored == "v1" ? "true" : "false")}}},"schema":{"openAPIV3Schema":{{{Newer}}} } }
            """,
            more: $",\"conversion\":{conversion}"));
        return group;
    }

    /// <param name="how">How badly it answers; null for well.</param>
    private static Task<WebhookServer> ConvertingAsync(string? how) => WebhookServer.StartAsync(async http =>
    {
        var review = JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!;
        var request = review["request"]!;
        var wanted = (string)request["desiredAPIVersion"]!;
        var objects = new JsonArray([.. request["objects"]!.AsArray().Select(item => Convert(item!.DeepClone(), wanted, how))]);
        await http.Response.WriteAsync(new JsonObject
        {
            ["apiVersion"] = (string)review["apiVersion"]!,
            ["kind"] = "ConversionReview",
            ["response"] = new JsonObject
            {
                ["uid"] = (string)request["uid"]!,
                ["result"] = how == "refuse" ? new JsonObject { ["status"] = "Failure", ["message"] = "no such port" } : new JsonObject { ["status"] = "Success" },
                ["convertedObjects"] = how == "fewer" ? [] : objects,
            },
        }.ToJsonString());
    });

    private static JsonNode Convert(JsonNode item, string wanted, string? how)
    {
        if (how == "keep")
        {
            return item;
        }

        item["apiVersion"] = wanted;
        item["metadata"]!["name"] = how == "rename" ? "other" : (string)item["metadata"]!["name"]!;
        var spec = item["spec"]!.AsObject();
        item["spec"] = wanted.EndsWith("v1beta1", StringComparison.Ordinal)
            ? new JsonObject { ["hostPort"] = $"{spec["host"]}:{spec["port"]}" }
            : new JsonObject { ["host"] = ((string)spec["hostPort"]!).Split(':')[0], ["port"] = ((string)spec["hostPort"]!).Split(':')[1] };
        return item;
    }
}
