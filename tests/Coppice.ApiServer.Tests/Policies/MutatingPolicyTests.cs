using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Coppice.ApiServer.Tests.Webhooks;

namespace Coppice.ApiServer.Tests.Policies;

/// <summary>Policies that change requests: what they set, what they must not, in which order, and what becomes of what goes wrong.</summary>
public sealed class MutatingPolicyTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Root = "/apis/admissionregistration.k8s.io/v1";

    private static int _made;

    [Fact]
    public async Task Fields_are_set_as_by_server_side_apply_and_all_others_stay()
    {
        await using var policy = await AddAsync(
            "pods", Applied("Object{metadata: Object.metadata{labels: {'added': 'yes'}}, spec: Object.spec{initContainers: [Object.spec.initContainers{name: 'mesh', image: 'i:1', restartPolicy: 'Always'}]}}"));
        var pod = (await api.PostAsync(
            $"{policy.Space}/pods", """{"metadata":{"name":"one","labels":{"own":"1"}},"spec":{"initContainers":[{"name":"first","image":"i:1"}],"containers":[{"name":"c","image":"i:1"}]}}""")).Good().Body!;

        Assert.Equal("""{"added":"yes","own":"1"}""", pod["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal(["first", "mesh"], pod["spec"]!["initContainers"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.Equal("IfNotPresent", (string?)pod["spec"]!["initContainers"]![1]!["imagePullPolicy"]);
        Assert.Equal("c", (string?)pod["spec"]!["containers"]![0]!["name"]);
    }

    [Fact]
    public async Task Operations_of_a_JSON_patch_are_done_one_after_another()
    {
        await using var policy = await AddAsync(
            "configmaps",
            Patched("[JSONPatch{op: 'test', path: '/data/a', value: '1'}, JSONPatch{op: 'add', path: '/data/b', value: variables.next}, JSONPatch{op: 'add', path: '/metadata/annotations', value: {'example.com/x': 'y'}}, "
                + "JSONPatch{op: 'move', from: '/data/a', path: '/data/' + jsonpatch.escapeKey('moved')}]"),
            """, "variables":[{"name":"next","expression":"string(int(object.data.a) + 1)"}]""");
        var made = (await api.NewConfigMapAsync(policy.Space, "one")).Good().Body!;
        Assert.Equal("""{"b":"2","moved":"1"}""", made["data"]!.ToJsonString());
        Assert.Equal("y", (string?)made["metadata"]!["annotations"]!["example.com/x"]);

        // A test that fails leaves everything as it is.
        Assert.Equal("""{"a":"2"}""", (await api.PostAsync($"{policy.Space}/configmaps", """{"metadata":{"name":"two"},"data":{"a":"2"}}""")).Good().Body!["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Each_change_sees_those_before_it_and_only_what_the_conditions_mean_is_changed()
    {
        await using var policy = await AddAsync(
            "configmaps",
            $"{Applied("Object{data: {'b': object.data.a + 'b'}}")},{Applied("Object{data: {'c': object.data.b + 'c'}}")}",
            """, "matchConditions":[{"name":"x","expression":"object.metadata.name == 'one' && request.operation == 'CREATE'"}]""");
        Assert.Equal("""{"a":"1","b":"1b","c":"1bc"}""", (await api.NewConfigMapAsync(policy.Space, "one")).Good().Body!["data"]!.ToJsonString());
        Assert.Equal("""{"a":"1"}""", (await api.NewConfigMapAsync(policy.Space, "two")).Good().Body!["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Each_object_of_parameters_changes_once()
    {
        await using var policy = await AddAsync(
            "configmaps",
            Applied("Object{data: {params.metadata.name: params.data.a}}"),
            """, "paramKind":{"apiVersion":"v1","kind":"ConfigMap"}, "matchConditions":[{"name":"x","expression":"!object.metadata.name.startsWith('param')"}]""",
            """, "paramRef":{"selector":{"matchLabels":{"is":"param"}},"parameterNotFoundAction":"Allow"} """);
        foreach (var name in (string[])["param-1", "param-2"])
        {
            (await api.PostAsync($"{policy.Space}/configmaps", $$$"""{"metadata":{"name":"{{{name}}}","labels":{"is":"param"}},"data":{"a":"of-{{{name}}}"}}""")).Good();
        }

        Assert.Equal("""{"a":"1","param-1":"of-param-1","param-2":"of-param-2"}""", (await api.NewConfigMapAsync(policy.Space, "one")).Good().Body!["data"]!.ToJsonString());
    }

    [Theory]
    [InlineData("object.data.none == '1' ? Object{} : Object{}", "expression 'object.data.none == '1' ? Object{} : Object{}' resulted in error: no such key: none")]
    [InlineData("Object{spec: Object.spec{}}", "error applying patch: failed to convert patch object to typed object: .spec: field not declared in schema")]
    [InlineData("Object{metadata: Object.spec{}}", "type mismatch: unexpected type name \"Object.spec\", expected \"Object.metadata\", which matches field name path from root Object type")]
    [InlineData("Object{data: {'x': 1}}", "error applying patch: failed to convert patch object to typed object: .data.x: expected string, got &value.valueUnstructured{Value:1}")]
    public async Task A_change_that_cannot_be_made_refuses_or_goes_on_as_the_failure_policy_says(string expression, string why)
    {
        await using (var policy = await AddAsync("configmaps", Applied(expression)))
        {
            var refused = await api.NewConfigMapAsync(policy.Space, "one");
            var message = $"policy '{policy.Name}' with binding '{policy.Name}' denied request: {why}";
            Assert.Equal(message, refused.Refused(403, "Invalid"));
            Assert.Equal(message, (string?)refused.Body!["details"]!["causes"]![0]!["message"]);
        }

        await using (var policy = await AddAsync("configmaps", Applied(expression), """, "failurePolicy":"Ignore" """))
        {
            (await api.NewConfigMapAsync(policy.Space, "one")).Good();
        }
    }

    [Fact]
    public async Task What_would_be_replaced_whole_is_not_set()
    {
        await using var policy = await AddAsync("pods", Applied("Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', args: ['x']}]}}"));
        Assert.EndsWith(
            "denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args",
            (await api.PostAsync($"{policy.Space}/pods", """{"metadata":{"name":"one"},"spec":{"containers":[{"name":"c","image":"i:1"}]}}""")).Refused(403, "Invalid"));
    }

    [Fact]
    public async Task What_is_deeper_than_any_object_may_be_is_not_set()
    {
        var deep = $"{string.Concat(Enumerable.Repeat("{'x': ", 70))}1{new string('}', 70)}";
        await using var policy = await AddAsync("configmaps", Applied($"Object{{data: {deep}}}"));
        Assert.EndsWith("denied request: error applying patch: exceeded max depth", (await api.NewConfigMapAsync(policy.Space, "one")).Refused(403, "Invalid"));
    }

    [Theory]
    [InlineData("[JSONPatch{op: 'remove', path: '/data/none'}]", 403, "Invalid", "JSONPath: error in remove for path: '/data/none': Unable to remove nonexistent key: none: missing value")]
    [InlineData("[JSONPatch{op: 'add', path: '/spec', value: 1}]", 403, "Invalid", "unknown field \"spec\"")]
    public async Task Operations_that_do_not_apply_are_told_of(string expression, int code, string reason, string why)
    {
        await using var policy = await AddAsync("configmaps", Patched(expression));
        var refused = (await api.NewConfigMapAsync(policy.Space, "one")).Refused(code, reason);
        Assert.True(refused.Contains(why, StringComparison.Ordinal), refused);
        Assert.StartsWith($"policy '{policy.Name}' with binding '{policy.Name}' denied request: ", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_come_before_webhooks_and_are_asked_again_where_these_changed_something_and_they_want_it()
    {
        await using var policy = await AddAsync("configmaps", Applied("Object{data: {'seen': string(size(object.data))}}"), reinvocation: "IfNeeded");
        await using var server = await WebhookServer.ReviewingAsync(_ => new JsonObject
        {
            ["allowed"] = true,
            ["patchType"] = "JSONPatch",
            ["patch"] = Convert.ToBase64String("""[{"op":"add","path":"/data/late","value":"1"}]"""u8),
        });
        await using var hook = await RegisteredWebhook.AddAsync(api, "Mutating", server, "CREATE configmaps");

        var made = (await api.NewConfigMapAsync(policy.Space, "one")).Good();

        Assert.Equal("1", (string?)server.Asked[0].Body!["request"]!["object"]!["data"]!["seen"]);
        Assert.Equal("3", (string?)made.Body!["data"]!["seen"]);
    }

    [Theory]
    [InlineData("\"mutations\":[]", "spec.mutations: Required value: mutations must contain at least one item")]
    [InlineData("\"reinvocationPolicy\":\"Often\"", "spec.reinvocationPolicy: Unsupported value: \"Often\": supported values: \"IfNeeded\", \"Never\"")]
    [InlineData("\"reinvocationPolicy\":null", "spec.reinvocationPolicy: Required value")]
    [InlineData("\"mutations\":[{}]", "spec.mutations[0].patchType: Required value")]
    [InlineData("\"mutations\":[{\"patchType\":\"Merge\"}]", "spec.mutations[0].patchType: Unsupported value: \"Merge\": supported values: \"ApplyConfiguration\", \"JSONPatch\"")]
    [InlineData("\"mutations\":[{\"patchType\":\"JSONPatch\",\"applyConfiguration\":{}}]", "spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch")]
    [InlineData("\"mutations\":[{\"patchType\":\"JSONPatch\",\"jsonPatch\":{\"expression\":\"[]\"},\"applyConfiguration\":{}}]", "spec.mutations[0].applyConfiguration: Invalid value: \"{applyConfiguration}\": must not be specified when patchType is JSONPatch")]
    [InlineData("\"mutations\":[{\"patchType\":\"ApplyConfiguration\",\"applyConfiguration\":{\"expression\":\" \"}}]", "spec.mutations[0].applyConfiguration.expression: Required value")]
    [InlineData("\"mutations\":[{\"patchType\":\"ApplyConfiguration\",\"applyConfiguration\":{\"expression\":\"Object.spec{}\"}}]", "spec.mutations[0].applyConfiguration.expression: Invalid value: \"Object.spec{}\": must evaluate to Object but got Object.spec")]
    [InlineData("\"mutations\":[{\"patchType\":\"JSONPatch\",\"jsonPatch\":{\"expression\":\"[1]\"}}]", "spec.mutations[0].jsonPatch.expression: Invalid value: \"[1]\": must evaluate to list(JSONPatch) but got list(int)")]
    [InlineData("\"mutations\":[{\"patchType\":\"JSONPatch\",\"jsonPatch\":{\"expression\":\"[JSONPatch{op: 1}]\"}}]", "expected type of field 'op' is 'string' but provided type is 'int'")]
    [InlineData("\"variables\":[{\"name\":\"a\",\"expression\":\"Object{}\"}]", "undeclared reference to 'Object' (in container '')")]
    [InlineData("\"matchConstraints\":{\"resourceRules\":[{\"operations\":[\"DELETE\"],\"apiGroups\":[\"\"],\"apiVersions\":[\"v1\"],\"resources\":[\"pods\"]}]}", "spec.matchConstraints.resourceRules.operations: Unsupported value: \"DELETE\": supported values: \"*\", \"CONNECT\", \"CREATE\", \"UPDATE\"")]
    public async Task A_bad_policy_is_refused(string spec, string why)
    {
        var good = JsonNode.Parse($$$"""
            {"reinvocationPolicy":"Never","mutations":[{{{Applied("Object{}")}}}],"matchConstraints":{"resourceRules":[{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}]}}
            """)!;
        foreach (var (name, value) in JsonNode.Parse($"{{{spec}}}")!.AsObject())
        {
            good[name] = value?.DeepClone();
        }

        var refused = await api.PostAsync($"{Root}/mutatingadmissionpolicies", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "bad" }, ["spec"] = good }.ToJsonString());
        Assert.Contains(why, refused.Refused(422, "Invalid"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_printed_as_by_Kubernetes()
    {
        await using var policy = await AddAsync("configmaps", Applied("Object{}"));
        const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        var row = (await api.GetAsync($"{Root}/mutatingadmissionpolicies/{policy.Name}", Table)).Good().Body!["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal((policy.Name, 1, "<unset>"), ((string?)row[0], (int?)row[1], (string?)row[2]));
        row = (await api.GetAsync($"{Root}/mutatingadmissionpolicybindings/{policy.Name}", Table)).Good().Body!["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal((policy.Name, policy.Name, "<unset>"), ((string?)row[0], (string?)row[1], (string?)row[2]));
    }

    private static string Applied(string expression) =>
        new JsonObject { ["patchType"] = "ApplyConfiguration", ["applyConfiguration"] = new JsonObject { ["expression"] = expression } }.ToJsonString();

    private static string Patched(string expression) =>
        new JsonObject { ["patchType"] = "JSONPatch", ["jsonPatch"] = new JsonObject { ["expression"] = expression } }.ToJsonString();

    /// <summary>A policy that counts in a namespace of its own until it is disposed of.</summary>
    private async Task<BoundPolicy> AddAsync(string resource, string mutations, string more = "", string bindingMore = "", string reinvocation = "Never")
    {
        var space = await api.NewNamespaceAsync();
        var policy = $"mutating-{Interlocked.Increment(ref _made)}";
        (await api.PostAsync($"{Root}/mutatingadmissionpolicies", $$$"""
            {"metadata":{"name":"{{{policy}}}"},"spec":{"reinvocationPolicy":"{{{reinvocation}}}","mutations":[{{{mutations}}}],
            "matchConstraints":{"resourceRules":[{"operations":["CREATE","UPDATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["{{{resource}}}"]}]}{{{more}}}}}
            """)).Good();
        var within = $$"""{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"{{space[(space.LastIndexOf('/') + 1)..]}}"} } }""";
        (await api.PostAsync($"{Root}/mutatingadmissionpolicybindings", $$$"""
            {"metadata":{"name":"{{{policy}}}"},"spec":{"policyName":"{{{policy}}}","matchResources":{{{within}}}{{{bindingMore}}}}}
            """)).Good();
        return new BoundPolicy(api, space, policy);
    }

    private sealed record BoundPolicy(ServedApi Api, string Space, string Name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            (await Api.SendAsync("DELETE", $"{Root}/mutatingadmissionpolicybindings/{Name}")).Good();
            (await Api.SendAsync("DELETE", $"{Root}/mutatingadmissionpolicies/{Name}")).Good();
        }
    }
}
