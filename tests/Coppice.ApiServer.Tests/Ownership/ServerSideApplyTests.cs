using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Xunit;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>Configurations are applied at the server: who sets what is known, and nobody overwrites others by accident.</summary>
public sealed class ServerSideApplyTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    [Fact]
    public async Task What_is_applied_is_made_if_it_is_not_there()
    {
        var map = $"{await api.NewNamespaceAsync()}/configmaps/a";
        var made = await api.ApplyAsync($"{map}?fieldManager=me", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: '1'\n");
        Assert.Equal(201, made.Code);
        Assert.Equal(["""me Apply v1 {"f:data":{"f:a":{}}}"""], made.Owners());
        Assert.NotNull(made.Body!["metadata"]!["managedFields"]![0]!["time"]);

        // The same again changes nothing, not even a version.
        var again = await api.ApplyAsync($"{map}?fieldManager=me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"1"}}""");
        Assert.Equal((200, made.Version), (again.Code, again.Version));
    }

    [Fact]
    public async Task What_is_no_longer_applied_goes_unless_another_claims_it()
    {
        var map = $"{await api.NewNamespaceAsync()}/configmaps/a";
        (await ApplyAsync(map, "one", """{"a":"1","b":"1","c":"1"}""")).Good();
        (await ApplyAsync(map, "two", """{"b":"1"}""")).Good();
        (await api.PatchAsync($"{map}?fieldManager=three", """{"data":{"d":"1"}}""")).Good();
        var less = (await ApplyAsync(map, "one", """{"c":"1"}""")).Good();
        Assert.Equal("""{"b":"1","c":"1","d":"1"}""", less.Body!["data"]!.ToJsonString());
        Assert.Equal(
            ["""one Apply v1 {"f:data":{"f:c":{}}}""", """three Update v1 {"f:data":{"f:d":{}}}""", """two Apply v1 {"f:data":{"f:b":{}}}"""],
            less.Owners().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_field_of_another_is_not_overwritten_but_by_force()
    {
        var map = $"{await api.NewNamespaceAsync()}/configmaps/a";
        (await ApplyAsync(map, "one", """{"a":"1","b":"1"}""")).Good();
        var conflict = await ApplyAsync(map, "two", """{"a":"2","b":"1"}""");
        Assert.Equal("Apply failed with 1 conflict: conflict with \"one\": .data.a", conflict.Refused(409, "Conflict"));
        Assert.Equal(
            """[{"reason":"FieldManagerConflict","message":"conflict with \"one\"","field":".data.a"}]""",
            conflict.Body!["details"]!["causes"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

        var forced = (await ApplyAsync(map, "two", """{"a":"2","b":"1"}""", "&force=true")).Good();
        Assert.Equal(["""one Apply v1 {"f:data":{"f:b":{}}}""", """two Apply v1 {"f:data":{"f:a":{},"f:b":{}}}"""], forced.Owners());
    }

    [Fact]
    public async Task Conflicts_with_many_are_told_manager_by_manager()
    {
        var apps = (await api.NewNamespaceAsync()).Replace("/api/v1/", "/apis/apps/v1/");
        const string Body = """{"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";
        (await api.PostAsync($"{apps}/deployments?fieldManager=maker", Body)).Good();
        (await api.PatchAsync($"{apps}/deployments/d/scale?fieldManager=scaler", """{"spec":{"replicas":3}}""")).Good();
        const string Applied = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"c","image":"other"}]}}}}""";
        Assert.Equal(
            "Apply failed with 2 conflicts: conflicts with \"maker\" using apps/v1:\n- .spec.template.spec.containers[name=\"c\"].image\nconflicts with \"scaler\" with subresource \"scale\" using apps/v1:\n- .spec.replicas",
            (await api.ApplyAsync($"{apps}/deployments/d?fieldManager=me", Applied)).Refused(409, "Conflict"));
    }

    [Fact]
    public async Task What_is_not_well_formed_is_refused_and_says_why()
    {
        var map = $"{await api.NewNamespaceAsync()}/configmaps/a";
        var space = map.Split('/')[^3];
        Assert.Equal(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
            (await api.ApplyAsync(map, "{}")).Refused(422, "Invalid"));
        await RefusedAsync("invalid object type: /, Kind=", "{}");
        await RefusedAsync("invalid object type: apps/v1, Kind=Deployment", """{"apiVersion":"apps/v1","kind":"Deployment"}""");
        await RefusedAsync("metadata.managedFields must be nil", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"managedFields":[]}}""");
        await RefusedAsync($"failed to create typed patch object ({space}/a; /v1, Kind=ConfigMap): .dota: field not declared in schema", $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"{{{space}}}"},"dota":{}}""");
        await RefusedAsync("failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":1}}""");
        await RefusedAsync("the name of the object (a based on URL) was undeterminable: name must be provided", """{"apiVersion":"v1","kind":"ConfigMap"}""");
        await RefusedAsync("the name of the object (b) does not match the name on the URL (a)", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}""");
        await RefusedAsync("error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}", "[]");
        Assert.Equal(404, (await api.GetAsync(map)).Code);
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"a\": uid mismatch: the provided object specified uid 1, and no existing object was found",
            (await api.ApplyAsync($"{map}?fieldManager=me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"1"}}""")).Refused(409, "Conflict"));
        Assert.Equal(404, (await api.ApplyAsync(map.Replace("configmaps", "pods") + "/status?fieldManager=me", """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}""")).Code);

        async Task RefusedAsync(string message, string body) =>
            Assert.Equal(message, (await api.ApplyAsync($"{map}?fieldManager=me", body)).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task An_element_that_is_there_twice_is_refused()
    {
        var pod = $"{await api.NewNamespaceAsync()}/pods/p";
        Assert.Equal(
            "failed to create typed patch object (/p; /v1, Kind=Pod): .spec.containers[name=\"c\"].env: duplicate entries for key [name=\"E\"]",
            (await api.ApplyAsync($"{pod}?fieldManager=me", """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"E","value":"1"},{"name":"E","value":"2"}]}]}}""")).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task A_key_that_is_written_twice_is_warned_of_or_refused_as_the_client_wants()
    {
        var map = $"{await api.NewNamespaceAsync()}/configmaps/a";
        const string Twice = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: '1'\n  a: '2'\n";
        Assert.NotEmpty((await api.ApplyAsync($"{map}?fieldManager=me", Twice)).Good().Warnings);
        Assert.StartsWith("error strict decoding YAML: ", (await api.ApplyAsync($"{map}?fieldManager=me&fieldValidation=Strict", Twice)).Refused(400, "BadRequest"));
        Assert.Empty((await api.ApplyAsync($"{map}?fieldManager=me&fieldValidation=Ignore", Twice)).Good().Warnings);
    }

    [Fact]
    public async Task A_dry_run_tells_and_does_nothing()
    {
        var map = $"{await api.NewNamespaceAsync()}/configmaps/a";
        Assert.Equal("1", (string?)(await ApplyAsync(map, "me", """{"a":"1"}""", "&dryRun=All")).Good().Body!["data"]!["a"]);
        Assert.Equal(404, (await api.GetAsync(map)).Code);
        var made = (await ApplyAsync(map, "me", """{"a":"1"}""")).Good();
        Assert.Equal("2", (string?)(await ApplyAsync(map, "me", """{"a":"2"}""", "&dryRun=All")).Good().Body!["data"]!["a"]);
        Assert.Equal(made.Version, (await api.GetAsync(map)).Version);
    }

    [Fact]
    public async Task What_kubectl_applied_from_the_clients_side_it_may_apply_from_the_servers()
    {
        var map = $"{await api.NewNamespaceAsync()}/configmaps/a";
        var clientSide = """{"apiVersion":"v1","data":{"a":"1","b":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"a"}}""";
        var body = JsonNode.Parse(clientSide)!;
        body["metadata"]!["annotations"]![LastApplied] = clientSide + "\n";
        (await api.PostAsync($"{map[..map.LastIndexOf('/')]}?fieldManager=kubectl-client-side-apply", body.ToJsonString())).Good();

        // Another program may not, and kubectl not where others have changed it since.
        (await ApplyAsync(map, "other", """{"a":"2"}""")).Refused(409, "Conflict");
        var applied = (await ApplyAsync(map, "kubectl", """{"a":"2"}""")).Good();
        Assert.Equal("2", (string?)applied.Body!["data"]!["a"]);
        Assert.Equal(
            """{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}""" + "\n",
            (string?)applied.Body["metadata"]!["annotations"]![LastApplied]);
        (await api.PatchAsync($"{map}?fieldManager=editor", """{"data":{"b":"3"}}""")).Good();
        Assert.Equal("Apply failed with 1 conflict: conflict with \"editor\" using v1: .data.b", (await ApplyAsync(map, "kubectl", """{"a":"2","b":"4"}""")).Refused(409, "Conflict"));
    }

    [Fact]
    public async Task The_status_and_the_scale_are_applied_at_their_own_doors()
    {
        var apps = (await api.NewNamespaceAsync()).Replace("/api/v1/", "/apis/apps/v1/");
        const string Head = "\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"}";
        var made = await api.ApplyAsync($"{apps}/deployments/d?fieldManager=me", """{HEAD,"spec":{"replicas":1,"selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"replicas":9}}""".Replace("HEAD", Head));
        Assert.DoesNotContain("f:status", Assert.Single(made.Good().Owners()));
        var status = (await api.ApplyAsync($"{apps}/deployments/d/status?fieldManager=me", """{HEAD,"status":{"replicas":2}}""".Replace("HEAD", Head))).Good();
        Assert.Equal(2, (int)status.Body!["status"]!["replicas"]!);
        Assert.Contains("""me Apply apps/v1 status {"f:status":{"f:replicas":{}}}""", status.Owners());

        const string Scale = """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"d"},"spec":{"replicas":3}}""";
        Assert.Equal("Apply failed with 1 conflict: conflict with \"me\": .spec.replicas", (await api.ApplyAsync($"{apps}/deployments/d/scale?fieldManager=scaler", Scale)).Refused(409, "Conflict"));
        (await api.ApplyAsync($"{apps}/deployments/d/scale?fieldManager=scaler&force=true", Scale)).Good();
        var scaled = await api.GetAsync($"{apps}/deployments/d");
        Assert.Equal(3, (int)scaled.Body!["spec"]!["replicas"]!);
        Assert.Contains("""scaler Apply apps/v1 scale {"f:spec":{"f:replicas":{}}}""", scaled.Owners());
    }

    [Fact]
    public async Task Who_may_change_objects_but_make_none_makes_none_by_applying()
    {
        var map = $"{await api.NewNamespaceAsync()}/configmaps/a";
        var space = map.Split('/')[^3];
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
        const string Configuration = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"1"}}""";
        (await api.PostAsync($"{Rbac}/namespaces/{space}/roles", """{"metadata":{"name":"patcher"},"rules":[{"verbs":["patch"],"apiGroups":[""],"resources":["configmaps"]}]}""")).Good();
        (await api.PostAsync(
            $"{Rbac}/namespaces/{space}/rolebindings",
            """{"metadata":{"name":"patcher"},"roleRef":{"kind":"Role","name":"patcher"},"subjects":[{"kind":"User","name":"patcher"}]}""")).Good();
        using var client = api.ClientOf(api.Issue("patcher"));
        Assert.Equal(
            $"configmaps \"a\" is forbidden: User \"patcher\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"{space}\"",
            (await ServedApi.SendAsync(client, "PATCH", $"{map}?fieldManager=me", Configuration, "application/apply-patch+yaml")).Refused(403, "Forbidden"));
        (await ApplyAsync(map, "other", """{"b":"1"}""")).Good();
        (await ServedApi.SendAsync(client, "PATCH", $"{map}?fieldManager=me", Configuration, "application/apply-patch+yaml")).Good();
    }

    private Task<Answer> ApplyAsync(string map, string manager, string data, string more = "") => api.ApplyAsync(
        $"{map}?fieldManager={manager}{more}", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":DATA}""".Replace("DATA", data));
}
