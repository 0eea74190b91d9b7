using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.CustomResources;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.OpenApi;

/// <summary>Clients choose by the documents what they send and what they ask for.</summary>
public sealed class PublishedTypesTests(ServedApi api) : IClassFixture<ServedApi>, IAsyncLifetime
{
    private const string Objects = "application/json application/yaml application/vnd.kubernetes.protobuf";
    private const string Watches = $"{Objects} application/json;stream=watch application/vnd.kubernetes.protobuf;stream=watch";
    private const string Texts = "application/json application/yaml";
    private const string Patches = "application/json-patch+json application/merge-patch+json application/strategic-merge-patch+json application/apply-patch+yaml";
    private const string CustomPatches = "application/json-patch+json application/merge-patch+json application/apply-patch+yaml";
    private const string Things = "/apis/types.example.com/v1/namespaces/{namespace}/things";

    public async ValueTask InitializeAsync()
    {
        api.FollowDefinitions();
        await api.PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"metadata":{"name":"things.types.example.com"},"spec":{"group":"types.example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
             "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """);
        await api.WaitAsync("/openapi/v2", body => body["paths"]![Things] is not null);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("/api/v1/namespaces/{namespace}/pods", "get", "*/*", Watches)]
    [InlineData("/api/v1/pods", "get", "*/*", Watches)]
    [InlineData("/api/v1/namespaces/{namespace}/pods", "post", "*/*", Objects)]
    [InlineData("/api/v1/namespaces/{namespace}/pods", "delete", "*/*", Objects)]
    [InlineData("/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "get", "*/*", Objects)]
    [InlineData("/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "put", "*/*", Objects)]
    [InlineData("/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "delete", "*/*", Objects)]
    [InlineData("/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "patch", Patches, Objects)]
    [InlineData("/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale", "patch", Patches, Objects)]
    [InlineData("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "get", "*/*", Texts + " application/json;stream=watch")]
    [InlineData("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}", "put", "*/*", Texts)]
    [InlineData("/api/v1/namespaces/{namespace}/pods/{name}/log", "get", "*/*", "text/plain " + Objects)]
    [InlineData("/api/v1/namespaces/{namespace}/pods/{name}/exec", "post", "*/*", "*/*")]
    [InlineData("/api/v1/namespaces/{namespace}/pods/{name}/proxy", "patch", "*/*", "*/*")]
    [InlineData(Things, "get", Texts, Texts)]
    [InlineData(Things, "post", Texts, Texts)]
    [InlineData(Things + "/{name}", "patch", CustomPatches, Texts)]
    [InlineData(Things + "/{name}/status", "put", Texts, Texts)]
    public async Task Operations_say_what_they_take_and_give_in_both_versions(string path, string method, string consumes, string produces)
    {
        var older = (await api.GetAsync("/openapi/v2")).Good().Body!["paths"]![path]![method]!;
        Assert.Equal((consumes, produces), (Listed(older["consumes"]), Listed(older["produces"])));

        var root = path.StartsWith("/api/", StringComparison.Ordinal) ? "/api/v1" : string.Join('/', path.Split('/').Take(4));
        var newer = (await api.GetAsync($"/openapi/v3{root}")).Good().Body!["paths"]![path]![method]!;
        Assert.Equal(produces, Keys(newer["responses"]!["200"]!["content"]));
        Assert.Null(newer["responses"]!["401"]!["content"]);
        if (newer["requestBody"] is { } body)
        {
            Assert.Equal(consumes, Keys(body["content"]));
        }
    }

    [Fact]
    public async Task A_changed_definition_changes_what_is_told_of_it_and_of_no_other()
    {
        const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        const string Part = "/apis/changed.example.com/v1/namespaces/{namespace}/parts/{name}";
        (await api.PostAsync(Definitions, """
            {"metadata":{"name":"parts.changed.example.com"},"spec":{"group":"changed.example.com","scope":"Namespaced","names":{"plural":"parts","kind":"Part"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """)).Good();
        await api.WaitAsync("/openapi/v2", body => body["paths"]![Part] is not null);
        var before = (await api.GetAsync("/openapi/v2")).Good().Body!;
        Assert.Null(before["paths"]![$"{Part}/status"]);

        await api.PatchAsync($"{Definitions}/parts.changed.example.com", """
            {"spec":{"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """);
        await api.WaitAsync("/openapi/v2", body => body["paths"]![$"{Part}/status"]?["patch"] is not null);
        var after = (await api.GetAsync("/openapi/v2")).Good().Body!;
        foreach (var (path, operations) in after["paths"]!.AsObject().Where(one => !one.Key.StartsWith(Part, StringComparison.Ordinal)))
        {
            Assert.True(JsonNode.DeepEquals(before["paths"]![path], operations), path);
        }

        // Who keeps a description by its hash learns of another list's name, too.
        var address = await AddressAsync();
        await api.PatchAsync($"{Definitions}/parts.changed.example.com", """{"spec":{"names":{"listKind":"PartCollection"}}}""");
        await api.WaitAsync("/openapi/v3/apis/changed.example.com/v1", body => body["components"]!["schemas"]!["com.example.changed.v1.PartList"]?.ToJsonString().Contains("PartCollection", StringComparison.Ordinal) == true);
        Assert.NotEqual(address, await AddressAsync());

        await api.SendAsync("DELETE", $"{Definitions}/parts.changed.example.com");
        await api.WaitAsync("/openapi/v2", body => body["paths"]![Part] is null);

        async Task<string> AddressAsync() => (string)(await api.GetAsync("/openapi/v3")).Good().Body!["paths"]!["apis/changed.example.com/v1"]!["serverRelativeURL"]!;
    }

    [Fact]
    public async Task What_is_no_object_is_told_as_text()
    {
        const string Log = "/api/v1/namespaces/{namespace}/pods/{name}/log";
        var older = (await api.GetAsync("/openapi/v2")).Good().Body!["paths"]![Log]!["get"]!;
        Assert.Equal("""{"type":"string"}""", older["responses"]!["200"]!["schema"]!.ToJsonString());
        var newer = (await api.GetAsync("/openapi/v3/api/v1")).Good().Body!["paths"]![Log]!["get"]!;
        Assert.Equal("""{"type":"string"}""", newer["responses"]!["200"]!["content"]!["text/plain"]!["schema"]!.ToJsonString());
    }

    [Fact]
    public async Task All_that_is_told_of_lists_is_served()
    {
        var paths = (await api.GetAsync("/openapi/v2")).Good().Body!["paths"]!.AsObject();
        var lists = paths.Where(path => !path.Key.Contains('{') && (string?)path.Value!["get"]?["x-kubernetes-action"] == "list").ToList();
        Assert.InRange(lists.Count, 60, 200);
        List<string> refused = [];
        foreach (var (path, item) in lists)
        {
            foreach (var type in item!["get"]!["produces"]!.AsArray().Select(one => (string)one!))
            {
                var query = type.EndsWith("stream=watch", StringComparison.Ordinal) ? "?watch=1&timeoutSeconds=10" : "";
                using var request = new HttpRequestMessage(HttpMethod.Get, path + query);
                request.Headers.TryAddWithoutValidation("Accept", type);
                using var answer = await api.Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                if ((int)answer.StatusCode != 200 || answer.Content.Headers.ContentType?.MediaType != type.Split(';')[0])
                {
                    refused.Add($"{path} {type}: {answer.StatusCode} {answer.Content.Headers.ContentType}");
                }
            }
        }

        Assert.Empty(refused);
    }

    private static string Listed(JsonNode? list) => string.Join(' ', list!.AsArray().Select(one => (string?)one));

    private static string Keys(JsonNode? map) => string.Join(' ', map!.AsObject().Select(one => one.Key));
}
