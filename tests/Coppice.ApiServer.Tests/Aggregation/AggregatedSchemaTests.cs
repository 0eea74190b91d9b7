using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Coppice.ApiServer.Tests.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Tests.Aggregation;

/// <summary>What others serve is described like everything else, for clients of either version of OpenAPI.</summary>
public sealed class AggregatedSchemaTests(ServedApi api) : IClassFixture<ServedApi>, IAsyncLifetime
{
    private const string Version2 =
        """
        {"swagger":"2.0","info":{"title":"t","version":"v"},
        "parameters":{"pretty-x":{"name":"pretty","in":"query","type":"string","description":"indents"}},
        "paths":{
          "/apis/GROUP/v1/":{"get":{"operationId":"resources","responses":{"200":{"description":"OK"}}}},
          "/apis/GROUP/v1/namespaces/{namespace}/things/{name}":{
            "parameters":[{"$ref":"#/parameters/pretty-x"},{"name":"name","in":"path","required":true,"type":"string"}],
            "patch":{"operationId":"patchThing","consumes":["application/json-patch+json","application/merge-patch+json"],"produces":["application/json","application/cbor"],
              "x-kubernetes-action":"patch","x-kubernetes-group-version-kind":{"group":"GROUP","version":"v1","kind":"Thing"},
              "parameters":[{"name":"dryRun","in":"query","type":"string"},{"name":"body","in":"body","schema":{"$ref":"#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Patch"}}],
              "responses":{"200":{"description":"OK","schema":{"$ref":"#/definitions/com.GROUP.Thing"}}}}},
          "/apis/other.example.com/v1/elses":{"get":{"operationId":"else","x-kubernetes-group-version-kind":{"group":"other","version":"v1","kind":"Else"},
            "responses":{"200":{"description":"OK","schema":{"$ref":"#/definitions/com.other.Else"}}}}}},
        "definitions":{
          "com.GROUP.Thing":{"type":"object","description":"A thing.","required":["spec"],
            "properties":{"metadata":{"$ref":"#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"},"spec":{"$ref":"#/definitions/com.GROUP.ThingSpec","default":{}}},
            "x-kubernetes-group-version-kind":[{"group":"GROUP","version":"v1","kind":"Thing"}]},
          "com.GROUP.ThingSpec":{"type":"object","properties":{"sizes":{"type":"array","items":{"type":"integer","format":"int32","minimum":1},"x-kubernetes-list-type":"set"},
            "inner":{"$ref":"#/definitions/com.GROUP.ThingSpec"},"labels":{"type":"object","additionalProperties":{"type":"string"}}}},
          "com.other.Else":{"type":"object"},
          "io.k8s.apimachinery.pkg.apis.meta.v1.Patch":{"type":"object","description":"theirs"},
          "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta":{"type":"object","description":"theirs"}}}
        """;

    public async ValueTask InitializeAsync()
    {
        await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"default"}}""");
        api.Aggregate();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Who_has_only_version_2_is_described_in_both()
    {
        const string Group = "older.example.com";
        const string Path = $"/apis/{Group}/v1/namespaces/{{namespace}}/things/{{name}}";
        await using var server = await StartAsync(Group, hasVersion3: false);
        await api.RegisterAsync(Group, server.Port, server.CaBundle);
        await DescribedAsync(Group);

        var whole = (await api.GetAsync("/openapi/v2")).Body!;
        Assert.Equal("patch", (string?)whole["paths"]![Path]!["patch"]!["x-kubernetes-action"]);
        Assert.Equal(["body", "dryRun", "pretty"], whole["paths"]![Path]!["patch"]!["parameters"]!.AsArray().Select(one => (string?)one!["name"]));
        Assert.Null(whole["paths"]![$"/apis/{Group}/v1/"]);
        Assert.Null(whole["paths"]!["/apis/other.example.com/v1/elses"]);
        Assert.Null(whole["definitions"]!["com.other.Else"]);
        Assert.NotEqual("theirs", (string?)whole["definitions"]!["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]!["description"]);
        var sizes = whole["definitions"]![$"com.{Group}.ThingSpec"]!["properties"]!["sizes"]!;
        Assert.Equal("""{"type":"array","items":{"type":"integer","format":"int32","minimum":1},"x-kubernetes-list-type":"set"}""", sizes.ToJsonString());

        var url = (string)(await api.GetAsync("/openapi/v3")).Body!["paths"]![$"apis/{Group}/v1"]!["serverRelativeURL"]!;
        var version = (await api.GetAsync(url)).Good().Body!;
        var thing = version["components"]!["schemas"]![$"com.{Group}.Thing"]!;
        Assert.Equal($"#/components/schemas/com.{Group}.ThingSpec", (string?)thing["properties"]!["spec"]!["allOf"]![0]!["$ref"]);
        Assert.Equal($$"""[{"group":"{{Group}}","version":"v1","kind":"Thing"}]""", thing["x-kubernetes-group-version-kind"]!.ToJsonString());
        Assert.Equal("theirs", (string?)version["components"]!["schemas"]!["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]!["description"]);
        var content = version["paths"]![Path]!["patch"]!["requestBody"]!["content"]!.AsObject();
        Assert.Equal(["application/json-patch+json", "application/merge-patch+json"], content.Select(one => one.Key));
        var answers = version["paths"]![Path]!["patch"]!["responses"]!["200"]!["content"]!.AsObject();
        Assert.Equal(["application/json", "application/cbor"], answers.Select(one => one.Key));
    }

    [Fact]
    public async Task Who_has_version_3_is_asked_for_it()
    {
        const string Group = "newer.example.com";
        await using var server = await StartAsync(Group, hasVersion3: true);
        await api.RegisterAsync(Group, server.Port, server.CaBundle);
        await DescribedAsync(Group);

        var url = (string?)(await api.GetAsync("/openapi/v3")).Body!["paths"]![$"apis/{Group}/v1"]!["serverRelativeURL"];

        Assert.Equal($"/openapi/v3/apis/{Group}/v1?hash=ABC", url);
        Assert.Equal("admin", (string?)(await api.GetAsync(url!)).Good().Body!["user"]);
        Assert.NotNull((await api.GetAsync("/openapi/v2")).Body!["definitions"]![$"com.{Group}.Thing"]);
    }

    [Fact]
    public async Task Who_lists_nothing_in_version_3_is_asked_for_version_2()
    {
        var name = $"s{Guid.NewGuid():n}";
        await using var server = await WebhookServer.StartAsync(http => http.Response.WriteAsync("{}"), [$"{name}.default.svc"]);
        await api.RegisterAsync($"{name}.example.com", server.Port, server.CaBundle);
        await RemoteApiSamples.EventuallyAsync(() => Task.FromResult(server.Asked.Any(asked => asked.Path == "/openapi/v2")), "version 2 to be asked for");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"paths\":[]}")]
    [InlineData("{\"paths\":{\"/apis/GROUP/v1/things\":{\"get\":{\"x-kubernetes-group-version-kind\":1}}}}")]
    [InlineData("no JSON")]
    public async Task What_is_no_document_describes_nothing_and_harms_nobody(string body)
    {
        var group = $"s{Guid.NewGuid():n}.example.com";
        await using var server = await WebhookServer.StartAsync(
            http => http.Response.WriteAsync(body.Replace("GROUP", group, StringComparison.Ordinal)), [$"{group.Split('.')[0]}.default.svc"]);
        await api.RegisterAsync(group, server.Port, server.CaBundle);
        await RemoteApiSamples.EventuallyAsync(() => Task.FromResult(server.Asked.Any(asked => asked.Path.StartsWith("/openapi/", StringComparison.Ordinal))), "its schemas to be asked for");

        Assert.Equal(200, (await api.GetAsync("/openapi/v2")).Code);
        Assert.Equal(200, (await api.GetAsync("/openapi/v3")).Code);
    }

    private Task DescribedAsync(string group) => RemoteApiSamples.EventuallyAsync(
        async () => (await api.GetAsync("/openapi/v3")).Body!["paths"]![$"apis/{group}/v1"] is not null, $"{group} to be described");

    private static Task<WebhookServer> StartAsync(string group, bool hasVersion3) => WebhookServer.StartAsync(
        http => http.Request.Path.Value switch
        {
            "/openapi/v2" => http.Response.WriteAsync(Version2.Replace("GROUP", group, StringComparison.Ordinal)),
            "/openapi/v3" when hasVersion3 => http.Response.WriteAsync($$$$"""{"paths":{"apis/{{{{group}}}}/v1":{"serverRelativeURL":"/openapi/v3/apis/{{{{group}}}}/v1?hash=ABC"}}}"""),
            "/openapi/v3" => NotFoundAsync(http),
            _ => http.Response.WriteAsync(new JsonObject { ["user"] = $"{http.Request.Headers["X-Remote-User"]}" }.ToJsonString()),
        },
        [$"{group.Split('.')[0]}.default.svc"]);

    private static Task NotFoundAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
