using System.Text.Json.Nodes;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Custom;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A kind that was not there when the server was built: made of data, added and removed while it runs.</summary>
public sealed class RuntimeKindTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Group = "/apis/stable.example.com/v1";

    private static readonly ObjectSchema Spec = new(
        "CronTabSpec",
        "com.example.stable",
        [
            new FieldSchema("cronSpec", ValueSchema.Scalar(ValueShape.String), new FieldAttribute(0), "CronTabSpec") { Documentation = new("When it runs.", null) },
            new FieldSchema("replicas", ValueSchema.Scalar(ValueShape.Int32), new FieldAttribute(0), "CronTabSpec"),
        ]);

    private static readonly ObjectSchema Status = new(
        "CronTabStatus", "com.example.stable", [new FieldSchema("ran", ValueSchema.Scalar(ValueShape.Int64), new FieldAttribute(0), "CronTabStatus")]);

    private static readonly Kind CronTabs = MakeKind();

    [Fact]
    public async Task A_kind_is_served_from_the_moment_it_is_added_until_it_is_removed()
    {
        var space = (await api.NewNamespaceAsync()).Split('/')[^1];
        var all = $"{Group}/namespaces/{space}/crontabs";
        Assert.Equal(404, (await api.GetAsync(all)).Code);
        api.Kinds.Add(CustomKind.Served(CronTabs, hasStatus: true));
        try
        {
            await FindByDiscoveryAsync();
            await DescribeAsync();
            await WriteAndReadAsync(all);
            await WatchAsync(all);
        }
        finally
        {
            api.Kinds.Remove(CronTabs);
        }

        Assert.Equal(404, (await api.GetAsync(all)).Code);
        Assert.Equal(404, (await api.GetAsync(Group)).Code);
        Assert.Equal(404, (await api.GetAsync($"/openapi/v3{Group}")).Code);
    }

    private async Task FindByDiscoveryAsync()
    {
        var resources = (await api.GetAsync(Group)).Good().Body!["resources"]!.AsArray();
        Assert.Equal(["crontabs", "crontabs/status"], resources.Select(one => (string?)one!["name"]));
        Assert.Contains("stable.example.com", (await api.GetAsync("/apis")).Good().Body!["groups"]!.AsArray().Select(one => (string?)one!["name"]));
    }

    private async Task DescribeAsync()
    {
        var document = (await api.GetAsync($"/openapi/v3{Group}")).Good().Body!;
        Assert.Contains($"{Group}/namespaces/{{namespace}}/crontabs/{{name}}/status", document["paths"]!.AsObject().Select(one => one.Key));
        var spec = document["components"]!["schemas"]!["com.example.stable.v1.CronTabSpec"]!;
        Assert.Equal("When it runs.", (string?)spec["properties"]!["cronSpec"]!["description"]);
    }

    private async Task WriteAndReadAsync(string all)
    {
        const string Body = """{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"one"},"spec":{"cronSpec":"* * * * *","odd":1},"status":{"ran":7}}""";
        Assert.Contains("strict decoding error: unknown field \"spec.odd\"", (await api.PostAsync($"{all}?fieldValidation=Strict", Body)).Refused(400, "BadRequest"));

        var made = (await api.PostAsync(all, Body)).Good();
        Assert.Equal(["299 - \"unknown field \\\"spec.odd\\\"\""], made.Warnings);
        Assert.Equal("""{"cronSpec":"* * * * *"}""", made.Body!["spec"]!.ToJsonString());
        Assert.Null(made.Body["status"]);
        Assert.Equal(1, (int?)made.Body["metadata"]!["generation"]);

        var patched = (await api.PatchAsync($"{all}/one", """{"spec":{"replicas":3},"status":{"ran":9}}""")).Good().Body!;
        Assert.Equal((3, 2), ((int?)patched["spec"]!["replicas"], (int?)patched["metadata"]!["generation"]));
        Assert.Null(patched["status"]);
        Assert.Equal(422, (await api.PatchAsync($"{all}/one", """{"spec":{"replicas":"many"}}""")).Code);

        var told = (await api.PatchAsync($"{all}/one/status", """{"spec":{"replicas":5},"status":{"ran":9}}""")).Good().Body!;
        Assert.Equal((3, 9, 2), ((int?)told["spec"]!["replicas"], (int?)told["status"]!["ran"], (int?)told["metadata"]!["generation"]));

        Assert.Equal(["one"], (await api.GetAsync($"{all}?fieldSelector=metadata.name%3Done")).Good().Names);
        Assert.Contains("is not a known field selector", (await api.GetAsync($"{all}?fieldSelector=spec.replicas%3D3")).Refused(400, "BadRequest"));
        var table = (await api.GetAsync(all, "application/json;as=Table;v=v1;g=meta.k8s.io")).Good().Body!;
        Assert.Equal(["Name", "Age"], table["columnDefinitions"]!.AsArray().Select(column => (string?)column!["name"]));
        Assert.Equal("one", (string?)table["rows"]![0]!["cells"]![0]);
    }

    private async Task WatchAsync(string all)
    {
        var from = (await api.GetAsync(all)).Good().Version;
        (await api.SendAsync("DELETE", $"{all}/one")).Good();
        using var response = await api.Admin.GetAsync($"{all}?watch=true&resourceVersion={from}&timeoutSeconds=1");
        var told = JsonNode.Parse((await response.Content.ReadAsStringAsync()).Split('\n')[0])!;
        Assert.Equal(("DELETED", "CronTab", 3), ((string?)told["type"], (string?)told["object"]!["kind"], (int?)told["object"]!["spec"]!["replicas"]));
        Assert.Empty((await api.GetAsync(all)).Good().Names);
    }

    private static Kind MakeKind()
    {
        var schema = new ObjectSchema(
            "CronTab",
            "com.example.stable",
            [
                .. RecordSchemas.Of<CustomObject>().Fields,
                new FieldSchema("spec", ValueSchema.Of(() => Spec), new FieldAttribute(0), "CronTab"),
                new FieldSchema("status", ValueSchema.Of(() => Status), new FieldAttribute(0), "CronTab"),
            ]);
        return new Kind
        {
            Group = "stable.example.com",
            Version = "v1",
            Name = "CronTab",
            Resource = "crontabs",
            ShortNames = ["ct"],
            Schema = schema,
            Format = new CustomFormat(schema),
        };
    }
}
