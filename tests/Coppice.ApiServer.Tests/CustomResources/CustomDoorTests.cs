using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Coppice.ApiServer.Tests.OpenApi;
using Coppice.ApiServer.Tests.Ownership;
using static Coppice.ApiServer.Tests.CustomResources.Definitions;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>What a definition says beside its schema: columns, scale, selectable fields, names.</summary>
public sealed class CustomDoorTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Schema = """
        {"type":"object","properties":{
          "spec":{"type":"object","properties":{"replicas":{"type":"integer"},"color":{"type":"string"},"on":{"type":"boolean"},"rate":{"type":"number"}}},
          "status":{"type":"object","properties":{"replicas":{"type":"integer"},"selector":{"type":"string"},"conditions":{"type":"array","items":{"type":"object","properties":{"type":{"type":"string"},"status":{"type":"string"}}}}}}}}
        """;

    private const string TableForm = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private static int _groups;

    [Fact]
    public async Task Columns_are_printed_by_their_paths_and_types()
    {
        var all = await ServeAsync("""
            ,"additionalPrinterColumns":[
              {"name":"Color","type":"string","jsonPath":".spec.color","description":"What it is like."},
              {"name":"Replicas","type":"integer","jsonPath":".spec.replicas","format":"int32"},
              {"name":"On","type":"boolean","jsonPath":".spec.on"},
              {"name":"Rate","type":"number","jsonPath":".spec.rate","priority":1},
              {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"},
              {"name":"Note","type":"string","jsonPath":".metadata.annotations.example\\.com/note"},
              {"name":"Types","type":"string","jsonPath":".status.conditions[*].type"},
              {"name":"Since","type":"date","jsonPath":".metadata.creationTimestamp"}]
            """);
        (await api.MakeAsync(all, """
            {"metadata":{"name":"one","annotations":{"example.com/note":"seen"}},"spec":{"color":"red","replicas":3,"on":true,"rate":0.5},
             "status":{"conditions":[{"type":"Up","status":"False"},{"type":"Ready","status":"True"}]}}
            """)).Good();
        (await api.MakeAsync(all, """{"metadata":{"name":"two"}}""")).Good();
        var table = (await api.GetAsync(all, TableForm)).Good().Body!;
        Assert.Equal(
            ["Name string name 0", "Color string  0", "Replicas integer int32 0", "On boolean  0", "Rate number  1", "Ready string  0", "Note string  0", "Types string  0", "Since date  0"],
            table["columnDefinitions"]!.AsArray().Select(column => $"{column!["name"]} {column["type"]} {column["format"]} {column["priority"]}"));
        Assert.Equal("What it is like.", (string?)table["columnDefinitions"]![1]!["description"]);
        Assert.Equal("Custom resource definition column (in JSONPath format): .spec.replicas", (string?)table["columnDefinitions"]![2]!["description"]);
        Assert.Equal("""["one","red",3,true,0.5,"True","seen","Up Ready","0s"]""", Cells(0));
        Assert.Equal("""["two",null,null,null,null,null,null,null,"0s"]""", Cells(1));

        string Cells(int row)
        {
            var cells = table["rows"]![row]!["cells"]!.AsArray();
            cells[^1] = cells[^1]!.ToString() is "0s" or "1s" or "2s" ? "0s" : cells[^1]!.ToString();
            return cells.ToJsonString();
        }
    }

    [Fact]
    public async Task The_scale_is_read_and_written_where_the_definition_says()
    {
        var all = await ServeAsync(""","subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}}""");
        (await api.MakeAsync(all, """{"metadata":{"name":"one"},"spec":{"replicas":3,"color":"red"}}""")).Good();
        (await api.PatchAsync($"{all}/one/status", """{"status":{"replicas":2,"selector":"app=one"}}""")).Good();
        var scale = (await api.GetAsync($"{all}/one/scale")).Good().Body!;
        Assert.Equal(("Scale", "autoscaling/v1", 3, 2, "app=one"), ((string?)scale["kind"], (string?)scale["apiVersion"], (int?)scale["spec"]!["replicas"], (int?)scale["status"]!["replicas"], (string?)scale["status"]!["selector"]));
        Assert.Equal(5, (int?)(await api.PatchAsync($"{all}/one/scale", """{"spec":{"replicas":5}}""")).Good().Body!["spec"]!["replicas"]);
        var item = (await api.GetAsync($"{all}/one")).Good().Body!;
        Assert.Equal((5, "red", 2), ((int?)item["spec"]!["replicas"], (string?)item["spec"]!["color"], (int?)item["metadata"]!["generation"]));
        Assert.Contains("must be greater than or equal to 0", (await api.PatchAsync($"{all}/one/scale", """{"spec":{"replicas":-1}}""")).Refused(422, "Invalid"));
        Assert.Contains("spec.replicas: Invalid value: -2: should be a non-negative integer", (await api.PatchAsync($"{all}/one", """{"spec":{"replicas":-2}}""")).Refused(422, "Invalid"));
        (await api.MakeAsync(all, """{"metadata":{"name":"silent"}}""")).Good();
        Assert.Equal("Internal error occurred: the spec replicas field \".spec.replicas\" does not exist", (await api.GetAsync($"{all}/silent/scale")).Refused(500, "InternalError"));
    }

    [Fact]
    public async Task A_whole_version_says_which_one_it_replaces()
    {
        var all = await ServeAsync(""","subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas"}}""");
        (await api.MakeAsync(all, """{"metadata":{"name":"one"},"spec":{"replicas":3}}""")).Good();
        foreach (var door in (string[])["", "/status", "/scale"])
        {
            var item = (await api.GetAsync($"{all}/one{door}")).Good().Body!;
            item["metadata"]!.AsObject().Remove("resourceVersion");
            Assert.EndsWith(
                "\"one\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update",
                (await api.SendAsync("PUT", $"{all}/one{door}", item.ToJsonString())).Refused(422, "Invalid"));
        }
    }

    [Fact]
    public async Task Who_applies_a_scale_owns_the_field_that_the_definition_names()
    {
        var all = await ServeAsync(
            ""","subresources":{"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.size"}}""",
            """{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"},"replicas":{"type":"integer"},"color":{"type":"string"}}}}}""");
        var version = all.Split('/')[2] + "/v1";
        (await api.ApplyAsync($"{all}/one?fieldManager=maker", $$$"""{"apiVersion":"{{{version}}}","kind":"CronTab","metadata":{"name":"one"},"spec":{"size":1,"replicas":7,"color":"red"}}""")).Good();
        const string Scale = """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"one"},"spec":{"replicas":3}}""";

        Assert.Equal(
            "Apply failed with 1 conflict: conflict with \"maker\": .spec.replicas", (await api.ApplyAsync($"{all}/one/scale?fieldManager=scaler", Scale)).Refused(409, "Conflict"));
        (await api.ApplyAsync($"{all}/one/scale?fieldManager=scaler&force=true", Scale)).Good();

        var scaled = (await api.GetAsync($"{all}/one")).Good();
        Assert.Equal((3, 7), ((int?)scaled.Body!["spec"]!["size"], (int?)scaled.Body["spec"]!["replicas"]));
        Assert.Equal(
            [$$$$"""maker Apply {{{{version}}}} {"f:spec":{"f:color":{},"f:replicas":{}}}""", $$$$"""scaler Apply {{{{version}}}} scale {"f:spec":{"f:size":{}}}"""],
            scaled.Owners().Order(StringComparer.Ordinal));
        (await api.ApplyAsync($"{all}/one/scale?fieldManager=scaler", Scale.Replace("3", "4", StringComparison.Ordinal))).Good();
        Assert.Equal(
            "Apply failed with 1 conflict: conflict with \"scaler\" with subresource \"scale\": .spec.size",
            (await api.ApplyAsync($"{all}/one?fieldManager=maker", $$$"""{"apiVersion":"{{{version}}}","kind":"CronTab","metadata":{"name":"one"},"spec":{"size":1}}""")).Refused(409, "Conflict"));
    }

    [Fact]
    public async Task Objects_are_selected_by_the_fields_that_the_definition_names()
    {
        var all = await ServeAsync(""","selectableFields":[{"jsonPath":".spec.color"},{"jsonPath":".spec.on"}]""");
        (await api.MakeAsync(all, """{"metadata":{"name":"one"},"spec":{"color":"red","on":true}}""")).Good();
        (await api.MakeAsync(all, """{"metadata":{"name":"two"},"spec":{"color":"blue"}}""")).Good();
        Assert.Equal(["one"], (await api.GetAsync($"{all}?fieldSelector=spec.color%3Dred")).Good().Names);
        Assert.Equal(["one"], (await api.GetAsync($"{all}?fieldSelector=spec.on%3Dtrue")).Good().Names);
        Assert.Equal(["two"], (await api.GetAsync($"{all}?fieldSelector=spec.on!%3Dtrue,metadata.name%3Dtwo")).Good().Names);
        Assert.Equal("field label not supported: spec.rate", (await api.GetAsync($"{all}?fieldSelector=spec.rate%3D1")).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task Objects_are_applied_at_the_server_and_lists_merged_as_the_schema_says()
    {
        var group = $"applied-{Interlocked.Increment(ref _groups)}.example.com";
        await api.DefineAsync(CronTabs(group, """
            {"type":"object","properties":{"spec":{"type":"object","properties":{
              "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
              "steps":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"run":{"type":"string"}}}}}}}}
            """));
        var item = $"/apis/{group}/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs/one";
        await ApplyAsync("a", """{"tags":["x"],"steps":[{"name":"one","run":"a"}]}""");
        var both = await ApplyAsync("b", """{"tags":["y"],"steps":[{"name":"two","run":"b"}]}""");
        Assert.Equal("""{"tags":["x","y"],"steps":[{"name":"one","run":"a"},{"name":"two","run":"b"}]}""", both.Body!["spec"]!.ToJsonString());
        Assert.Contains("conflict with \"a\": .spec.steps[name=\"one\"].run", (await TryAsync("b", """{"steps":[{"name":"one","run":"b"}]}""")).Refused(409, "Conflict"));
        Assert.Equal("""{"tags":["y"],"steps":[{"name":"two","run":"b"}]}""", (await ApplyAsync("a", "{}")).Body!["spec"]!.ToJsonString());
        Assert.Contains(
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
            (await api.SendAsync("PATCH", item, "{}", "application/strategic-merge-patch+json")).Refused(415, "UnsupportedMediaType"));

        async Task<Answer> ApplyAsync(string manager, string spec) => (await TryAsync(manager, spec)).Good();

        Task<Answer> TryAsync(string manager, string spec) => api.SendAsync(
            "PATCH", $"{item}?fieldManager={manager}", $$$"""{"apiVersion":"{{{group}}}/v1","kind":"CronTab","metadata":{"name":"one"},"spec":{{{spec}}} }""", "application/apply-patch+yaml");
    }

    [Fact]
    public async Task A_schema_is_published_with_its_words_defaults_and_extensions()
    {
        var group = $"published-{Interlocked.Increment(ref _groups)}.example.com";
        await api.DefineAsync(CronTabs(group, """
            {"type":"object","description":"Something that runs.","required":["spec"],"properties":{"spec":{"type":"object","description":"When.","properties":{
              "every":{"type":"string","pattern":"^[ab]$","default":"b","enum":["a","b"]},
              "port":{"x-kubernetes-int-or-string":true},
              "none":{"type":"string","nullable":true},
              "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"string"}}},
              "steps":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}}}}
            """));
        var name = string.Join('.', group.Split('.').Reverse()) + ".v1.CronTab";
        var newer = (await api.GetAsync($"/openapi/v3/apis/{group}/v1")).Good().Body!["components"]!["schemas"]![name]!;
        Assert.Equal("Something that runs.", (string?)newer["description"]);

        // By these clients choose the patch that they send.
        var patch = (await api.GetAsync($"/openapi/v3/apis/{group}/v1")).Good().Body!["paths"]![$"/apis/{group}/v1/namespaces/{{namespace}}/crontabs/{{name}}"]!["patch"]!;
        Assert.Equal(["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"], patch["requestBody"]!["content"]!.AsObject().Select(one => one.Key));
        Assert.Equal("""["spec"]""", newer["required"]!.ToJsonString());
        Assert.Equal(["apiVersion", "kind", "metadata", "spec"], newer["properties"]!.AsObject().Select(one => one.Key));
        Assert.Equal("CronTab", (string?)newer["x-kubernetes-group-version-kind"]![0]!["kind"]);
        var spec = newer["properties"]!["spec"]!["properties"]!;
        Assert.Equal("""{"default":"b","type":"string","pattern":"^[ab]$","enum":["a","b"]}""", spec["every"]!.ToJsonString());
        Assert.Equal("""{"type":"string","nullable":true}""", spec["none"]!.ToJsonString());
        Assert.Equal("set", (string?)spec["steps"]!["x-kubernetes-list-type"]);
        Assert.Equal("string", (string?)spec["free"]!["properties"]!["a"]!["type"]);

        var older = (await api.GetAsync("/openapi/v2")).Good().Body!["definitions"]![name]!["properties"]!["spec"]!["properties"]!;
        Assert.Equal("""{"x-kubernetes-int-or-string":true}""", older["port"]!.ToJsonString());
        Assert.Equal("{}", older["none"]!.ToJsonString());
        Assert.Equal("""{"x-kubernetes-preserve-unknown-fields":true}""", older["free"]!.ToJsonString());

        // As protobuf it says no less.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v2");
        request.Headers.TryAddWithoutValidation("Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
        using var response = await api.Admin.SendAsync(request);
        var packed = new ProtobufFields(await response.Content.ReadAsByteArrayAsync()).Message(9).Entry(1, name).Message(25).Entry(1, "spec").Message(25);
        Assert.Equal("^[ab]$", packed.Entry(1, "every").String(13));
        Assert.Equal(["\"a\"", "\"b\""], packed.Entry(1, "every").Messages(20).Select(one => one.String(2)));
        Assert.Equal("true", packed.Entry(1, "port").Entry(31, "x-kubernetes-int-or-string").String(2));
    }

    [Fact]
    public async Task What_may_be_done_with_custom_objects_is_described_as_Kubernetes_does_it()
    {
        var group = $"described-{Interlocked.Increment(ref _groups)}.example.com";
        await api.DefineAsync(CronTabs(group, Schema));
        await api.WaitAsync("/openapi/v3", body => body["paths"]![$"apis/{group}/v1"] is not null);
        var document = (await api.GetAsync($"/openapi/v3/apis/{group}/v1")).Good().Body!;
        var collection = document["paths"]![$"/apis/{group}/v1/namespaces/{{namespace}}/crontabs"]!;
        var item = document["paths"]![$"/apis/{group}/v1/namespaces/{{namespace}}/crontabs/{{name}}"]!;
        Assert.Equal(["application/json", "application/yaml"], collection["post"]!["requestBody"]!["content"]!.AsObject().Select(one => one.Key));
        Assert.Equal(["200", "401"], Codes(item["patch"]!));
        Assert.Equal(["200", "202", "401"], Codes(item["delete"]!));

        // Many are deleted by what a list takes.
        var many = collection["delete"]!;
        Assert.Equal(["200", "401"], Codes(many));
        Assert.Null(many["requestBody"]);
        Assert.Equal(ParametersOf(collection["get"]!), ParametersOf(many));

        // The machinery's kinds are not said to be of the group, and nothing is described that is not used.
        const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
        var schemas = document["components"]!["schemas"]!.AsObject();
        var groups = schemas[$"{Meta}DeleteOptions"]!["x-kubernetes-group-version-kind"]!.AsArray().Select(one => (string)one!["group"]!).ToList();
        Assert.Contains("apps", groups);
        Assert.DoesNotContain(groups, one => one.EndsWith(".example.com", StringComparison.Ordinal));
        Assert.DoesNotContain($"{Meta}WatchEvent", schemas.Select(one => one.Key));

        static IEnumerable<string> Codes(JsonNode operation) => operation["responses"]!.AsObject().Select(one => one.Key);

        static IEnumerable<string?> ParametersOf(JsonNode operation) => operation["parameters"]!.AsArray().Select(one => (string?)one!["name"]);
    }

    [Fact]
    public async Task The_address_of_a_schema_changes_with_the_schema()
    {
        var group = $"hashed-{Interlocked.Increment(ref _groups)}.example.com";
        await api.DefineAsync(CronTabs(group, Schema));
        var before = await HashAsync();
        (await api.SendAsync("PATCH", $"{All}/crontabs.{group}", """[{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/description","value":"Other words."}]""", "application/json-patch+json")).Good();
        await api.WaitAsync("/openapi/v3", body => (string?)body["paths"]![$"apis/{group}/v1"]!["serverRelativeURL"] != before);

        async Task<string?> HashAsync() => (string?)(await api.GetAsync("/openapi/v3")).Good().Body!["paths"]![$"apis/{group}/v1"]!["serverRelativeURL"];
    }

    private async Task<string> ServeAsync(string more, string schema = Schema)
    {
        var group = $"doors-{Interlocked.Increment(ref _groups)}.example.com";
        await api.DefineAsync(CronTabs(group, schema, more));
        return $"/apis/{group}/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs";
    }
}
