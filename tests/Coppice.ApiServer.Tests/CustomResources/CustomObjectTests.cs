using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using static Coppice.ApiServer.Tests.CustomResources.Definitions;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>Objects of a definition over HTTP: pruned, completed and checked by its schema.</summary>
public sealed class CustomObjectTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Spec = """
        {"type":"object","properties":{
          "spec":{"type":"object","required":["cronSpec"],"properties":{
            "cronSpec":{"type":"string","pattern":"^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$"},
            "image":{"type":"string","default":"busybox","maxLength":12},
            "replicas":{"type":"integer","minimum":1,"maximum":10},
            "kind":{"type":"string","enum":["daily","weekly"]},
            "port":{"x-kubernetes-int-or-string":true},
            "note":{"type":"string","nullable":true},
            "steps":{"type":"array","maxItems":3,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"after":{"type":"string","default":"0s"}}}},
            "any":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
            "labels":{"type":"object","additionalProperties":{"type":"string"}}}},
          "status":{"type":"object","properties":{"ran":{"type":"integer"}}}}}
        """;

    private static int _groups;

    [Fact]
    public async Task Who_makes_an_object_owns_what_its_definition_adds()
    {
        await api.DefineAsync(CronTabs("defaulted.example.com", """{"type":"object","properties":{"spec":{"type":"object","default":{},"properties":{"a":{"type":"string","default":"x"}}}}}"""));
        var space = (await api.NewNamespaceAsync()).Split('/')[^1];
        var made = (await api.MakeAsync($"/apis/defaulted.example.com/v1/namespaces/{space}/crontabs", """{"metadata":{"name":"one"}}""")).Good().Body!;
        Assert.Equal("""{"a":"x"}""", made["spec"]!.ToJsonString());
        Assert.Equal("""{"f:spec":{".":{},"f:a":{}}}""", made["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString());
    }

    [Fact]
    public async Task What_the_schema_does_not_know_goes_and_what_is_missing_is_put_in()
    {
        var all = await ServeAsync();
        var made = (await api.MakeAsync(all, Body("""{"cronSpec":"* * * * */5","odd":1,"note":null,"image":null,"replicas":null,"any":{"x":{"y":null}},"steps":[{"name":"a","odd":2}],"labels":{"a":"b"}}"""))).Good();
        Assert.Equal(
            """{"cronSpec":"* * * * */5","note":null,"image":"busybox","any":{"x":{"y":null}},"steps":[{"name":"a","after":"0s"}],"labels":{"a":"b"}}""",
            made.Body!["spec"]!.ToJsonString());
        Assert.Equal(["299 - \"unknown field \\\"spec.odd\\\"\"", "299 - \"unknown field \\\"spec.steps[0].odd\\\"\""], made.Warnings);
    }

    [Theory]
    [InlineData("""{"cronSpec":"* * * * */5","odd":1,"steps":[{"name":"a","odd":2}]}""", "strict decoding error: unknown field \"spec.odd\", unknown field \"spec.steps[0].odd\"")]
    [InlineData("""{"cronSpec":"* * * * */5","cronSpec":"* * * * *","any":{"a":1,"a":2},"odd":1}""", "strict decoding error: duplicate field \"spec.cronSpec\", duplicate field \"spec.any.a\", unknown field \"spec.odd\"")]
    public async Task Whoever_asks_is_told_of_unknown_and_doubled_fields(string spec, string message)
    {
        var all = await ServeAsync();
        Assert.Contains(message, (await api.MakeAsync($"{all}?fieldValidation=Strict", Body(spec))).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task An_object_inside_of_another_has_the_metadata_of_every_object()
    {
        var group = $"inner-{Interlocked.Increment(ref _groups)}.example.com";
        await api.DefineAsync(CronTabs(
            group, """{"type":"object","properties":{"pod":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}"""));
        var all = $"/apis/{group}/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs";

        var made = (await api.MakeAsync(all, """
            {"metadata":{"name":"one"},"pod":{"apiVersion":"v1","kind":"Pod","odd":1,"metadata":{"name":"p","labels":{"a":"b"},"odd":{"x":1},"annotations":null,
              "ownerReferences":[{"apiVersion":"v1","kind":"X","name":"x","uid":"1","odd":2}]}}}
            """)).Good();

        Assert.Equal(
            """{"apiVersion":"v1","kind":"Pod","odd":1,"metadata":{"name":"p","labels":{"a":"b"},"ownerReferences":[{"apiVersion":"v1","kind":"X","name":"x","uid":"1"}]}}""",
            made.Body!["pod"]!.ToJsonString());
        Assert.Equal(["299 - \"unknown field \\\"pod.metadata.odd\\\"\"", "299 - \"unknown field \\\"pod.metadata.ownerReferences[0].odd\\\"\""], made.Warnings);
        Assert.Contains("pod.metadata.labels: Invalid value", (await api.MakeAsync(
            all, """{"metadata":{"name":"two"},"pod":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"/"}}}}""")).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_finalizer_that_others_may_use_too_is_warned_of()
    {
        var all = await ServeAsync();
        var made = (await api.MakeAsync(all, """{"metadata":{"name":"one","finalizers":["mine","example.com/mine"]},"spec":{"cronSpec":"* * * * *"}}""")).Good();
        Assert.Equal(
            ["299 - \"metadata.finalizers: \\\"mine\\\": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers\""],
            made.Warnings);
    }

    [Fact]
    public async Task Of_a_field_that_is_there_twice_the_last_one_counts()
    {
        var all = await ServeAsync();
        var made = (await api.MakeAsync(all, Body("""{"cronSpec":"no","cronSpec":"* * * * *","any":{"a":1,"a":2}}"""))).Good().Body!;
        Assert.Equal("""{"cronSpec":"* * * * *","any":{"a":2},"image":"busybox"}""", made["spec"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"cronSpec":"no"}""", """spec.cronSpec: Invalid value: "no": spec.cronSpec in body should match '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'""")]
    [InlineData("{}", "spec.cronSpec: Required value")]
    [InlineData("""{"cronSpec":"* * * * *","replicas":11}""", "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10")]
    [InlineData("""{"cronSpec":"* * * * *","replicas":0}""", "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1")]
    [InlineData("""{"cronSpec":"* * * * *","replicas":"many"}""", "spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\"")]
    [InlineData("""{"cronSpec":"* * * * *","replicas":1.5}""", "spec.replicas: Invalid value: \"number\": spec.replicas in body must be of type integer: \"number\"")]
    [InlineData("""{"cronSpec":"* * * * *","kind":"yearly"}""", "spec.kind: Unsupported value: \"yearly\": supported values: \"daily\", \"weekly\"")]
    [InlineData("""{"cronSpec":"* * * * *","image":"much-too-long-for-it"}""", "spec.image: Too long: may not be more than 12 bytes")]
    [InlineData("""{"cronSpec":"* * * * *","port":true}""", "spec.port: Invalid value: \"boolean\": spec.port in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"cronSpec":"* * * * *","steps":[{"name":"a"},{"name":"b"},{"name":"a"}]}""", """spec.steps[2]: Duplicate value: {"name":"a"}""")]
    [InlineData("""{"cronSpec":"* * * * *","steps":[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}]}""", "spec.steps: Too many: 4: must have at most 3 items")]
    [InlineData("""{"cronSpec":"* * * * *","labels":{"a":1}}""", "spec.labels.a: Invalid value: \"integer\": spec.labels.a in body must be of type string: \"integer\"")]
    public async Task What_does_not_fit_the_schema_is_refused_in_the_words_of_Kubernetes(string spec, string message)
    {
        var all = await ServeAsync();
        Assert.EndsWith($" is invalid: {message}", (await api.MakeAsync(all, Body(spec))).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task What_was_stored_is_read_by_the_schema_of_today()
    {
        var all = await ServeAsync();
        (await api.MakeAsync(all, Body("""{"cronSpec":"* * * * *","replicas":10,"kind":"daily"}"""))).Good();
        var name = $"{All}/crontabs.{all.Split('/')[2]}";
        (await api.SendAsync("PATCH", name, """
            [{"op":"remove","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/kind"},
             {"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/replicas/maximum","value":5},
             {"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/zone","value":{"type":"string","default":"here"}}]
            """, "application/json-patch+json")).Good();
        var read = await api.WaitAsync($"{all}/one", body => body["spec"]!["zone"] is not null);
        Assert.Equal("""{"cronSpec":"* * * * *","image":"busybox","replicas":10,"zone":"here"}""", Sorted(read["spec"]!));
        Assert.Equal("here", (string?)(await api.GetAsync(all)).Good().Body!["items"]![0]!["spec"]!["zone"]);

        // What was right once may stay, and be changed elsewhere; not made worse.
        (await api.PatchAsync($"{all}/one", """{"spec":{"zone":"there"}}""")).Good();
        Assert.Contains("less than or equal to 5", (await api.PatchAsync($"{all}/one", """{"spec":{"replicas":9}}""")).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_status_with_a_door_of_its_own_is_written_by_nothing_else_and_writes_nothing_else()
    {
        var all = await ServeAsync(""","subresources":{"status":{}}""");
        var made = (await api.MakeAsync(all, """{"metadata":{"name":"one"},"spec":{"cronSpec":"* * * * *"},"status":{"ran":1}}""")).Good().Body!;
        Assert.Equal((null, 1), (made["status"], (int?)made["metadata"]!["generation"]));
        var told = (await api.PatchAsync($"{all}/one/status", """{"metadata":{"labels":{"a":"b"}},"spec":{"replicas":3},"status":{"ran":2}}""")).Good().Body!;
        Assert.Equal((2, null, null, 1), ((int?)told["status"]!["ran"], told["spec"]!["replicas"], told["metadata"]!["labels"], (int?)told["metadata"]!["generation"]));
        Assert.Contains("status.ran: Invalid value: \"string\"", (await api.PatchAsync($"{all}/one/status", """{"status":{"ran":"twice"}}""")).Refused(422, "Invalid"));
        var changed = (await api.PatchAsync($"{all}/one", """{"spec":{"replicas":3},"status":{"ran":9}}""")).Good().Body!;
        Assert.Equal((2, 3, 2), ((int?)changed["status"]!["ran"], (int?)changed["spec"]!["replicas"], (int?)changed["metadata"]!["generation"]));
    }

    private static string Body(string spec) => $$"""{"metadata":{"name":"one"},"spec":{{spec}}}""";

    private static string Sorted(JsonNode node) =>
        new JsonObject(node.AsObject().OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => KeyValuePair.Create(one.Key, one.Value?.DeepClone()))).ToJsonString();

    private async Task<string> ServeAsync(string more = "")
    {
        var group = $"g{Interlocked.Increment(ref _groups)}.objects.example.com";
        await api.DefineAsync(CronTabs(group, Spec, more));
        return $"/apis/{group}/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs";
    }
}
