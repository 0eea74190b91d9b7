using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Webhooks;

/// <summary>Webhooks that change: in which order, what they may change, and who is asked again.</summary>
public sealed class MutatingWebhookTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task What_is_stored_is_what_the_webhooks_made_of_it_one_after_another()
    {
        var space = await api.NewNamespaceAsync();
        await using var first = await PatchingAsync(_ => """[{"op":"add","path":"/data/b","value":"2"}]""");
        await using var second = await PatchingAsync(request => $$"""[{"op":"add","path":"/data/c","value":"{{request["object"]!["data"]!["b"]}}"}]""");
        await using var one = await AddAsync(first, "CREATE configmaps");
        await using var two = await AddAsync(second, "CREATE configmaps");

        var made = (await api.NewConfigMapAsync(space, "one")).Good();

        Assert.Equal("""{"a":"1","b":"2","c":"2"}""", made.Body!["data"]!.ToJsonString());
        Assert.Equal("""{"a":"1","b":"2","c":"2"}""", (await api.GetAsync($"{space}/configmaps/one")).Body!["data"]!.ToJsonString());
    }

    [Fact]
    public async Task What_is_new_is_shown_as_it_was_sent_and_gets_what_only_the_server_gives()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await PatchingAsync(_ => """[{"op":"add","path":"/metadata/uid","value":"mine"},{"op":"add","path":"/metadata/labels","value":{"x":"y"}}]""");
        await using var hook = await AddAsync(server, "CREATE configmaps");

        var made = (await api.PostAsync($"{space}/configmaps", """{"metadata":{"generateName":"a-"}}""")).Good().Body!["metadata"]!;

        var shown = server.Asked[0].Body!["request"]!;
        Assert.Null(shown["name"]);
        Assert.Equal(["generateName", "managedFields", "namespace"], shown["object"]!["metadata"]!.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal));
        Assert.StartsWith("a-", (string)made["name"]!);
        Assert.Equal(36, ((string)made["uid"]!).Length);
        Assert.Equal("y", (string?)made["labels"]!["x"]);
        Assert.NotNull(made["creationTimestamp"]);
    }

    [Fact]
    public async Task Who_wants_to_see_what_others_did_is_asked_again_once()
    {
        var space = await api.NewNamespaceAsync();
        await using var first = await PatchingAsync(request => $$"""[{"op":"add","path":"/data/seen","value":"{{request["object"]!["data"]!.AsObject().Count}}"}]""");
        await using var second = await PatchingAsync(request => request["object"]!["data"]!["late"] is null ? """[{"op":"add","path":"/data/late","value":"1"}]""" : "[]");
        await using var one = await AddAsync(first, "CREATE configmaps", """{"reinvocationPolicy":"IfNeeded"}""");
        await using var two = await AddAsync(second, "CREATE configmaps");

        var made = (await api.NewConfigMapAsync(space, "one")).Good();

        Assert.Equal("3", (string?)made.Body!["data"]!["seen"]);
        Assert.Equal((2, 1), (first.Asked.Count, second.Asked.Count));
    }

    [Fact]
    public async Task What_a_webhook_adds_gets_its_defaults_and_the_usual_rules_hold_for_it()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await PatchingAsync(request => (string?)request["name"] == "good"
            ? """[{"op":"add","path":"/spec/initContainers","value":[{"name":"added","image":"i:1"}]}]"""
            : """[{"op":"add","path":"/spec/initContainers","value":[{"name":"Added","image":"i:1"}]}]""");
        await using var hook = await AddAsync(server, "CREATE pods");
        static string Pod(string name) => $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

        var container = (await api.PostAsync($"{space}/pods", Pod("good"))).Good().Body!["spec"]!["initContainers"]![0]!;

        Assert.Equal("IfNotPresent", (string?)container["imagePullPolicy"]);
        Assert.Equal("/var/run/secrets/kubernetes.io/serviceaccount", (string?)container["volumeMounts"]![0]!["mountPath"]);
        Assert.Contains("spec.initContainers[0].name: Invalid value: \"Added\"", (await api.PostAsync($"{space}/pods", Pod("bad"))).Refused(422, "Invalid"));
    }

    [Theory]
    [InlineData("""[{"op":"remove","path":"/data/none"}]""", "error in remove for path: '/data/none': Unable to remove nonexistent key: none: missing value")]
    [InlineData("""[{"op":"add","path":"/data","value":7}]""", "json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string")]
    [InlineData("""{"op":"add"}""", "failed calling webhook \"hook.example.com\": received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch")]
    [InlineData("no", "failed calling webhook \"hook.example.com\": received undecodable patch in webhook response: invalid character 'o' in literal null (expecting 'u')")]
    public async Task A_patch_that_does_not_fit_is_the_webhooks_fault(string patch, string why)
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await PatchingAsync(_ => patch);
        await using var hook = await AddAsync(server, "CREATE configmaps");

        Assert.Contains(why, (await api.NewConfigMapAsync(space, "one")).Refused(500, "InternalError"));
        Assert.Equal(404, (await api.GetAsync($"{space}/configmaps/one")).Code);
    }

    [Fact]
    public async Task What_goes_cannot_be_changed()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "one")).Good();
        await using var server = await PatchingAsync(_ => """[{"op":"add","path":"/data/b","value":"2"}]""");
        await using var hook = await AddAsync(server, "DELETE configmaps");

        Assert.Equal(
            "Internal error occurred: admission webhook \"hook.example.com\" attempted to modify the object, which is not supported for this operation",
            (await api.SendAsync("DELETE", $"{space}/configmaps/one")).Refused(500, "InternalError"));
    }

    [Fact]
    public async Task Nobody_moves_an_object_to_another_namespace()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await PatchingAsync(_ => """[{"op":"replace","path":"/metadata/namespace","value":"kube-system"}]""");
        await using var hook = await AddAsync(server, "CREATE configmaps");

        Assert.Equal(
            "the namespace of the provided object does not match the namespace sent on the request", (await api.NewConfigMapAsync(space, "one")).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task An_object_of_another_version_is_changed_in_the_version_that_the_webhook_knows()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await PatchingAsync(_ => """[{"op":"replace","path":"/note","value":"changed"}]""");
        await using var hook = await AddAsync(server, """{"operations":["CREATE"],"apiGroups":["events.k8s.io"],"apiVersions":["v1"],"resources":["events"]}""");
        var about = $$$"""{"kind":"Pod","namespace":"{{{space[(space.LastIndexOf('/') + 1)..]}}}","name":"p"}""";

        var made = (await api.PostAsync($"{space}/events", $$$"""{"metadata":{"name":"e"},"involvedObject":{{{about}}},"message":"hello"}""")).Good();

        Assert.Equal(("changed", "v1"), ((string?)made.Body!["message"], (string?)made.Body["apiVersion"]));
    }

    [Fact]
    public async Task Webhooks_of_the_older_review_need_not_repeat_what_they_answer_to()
    {
        var space = await api.NewNamespaceAsync();
        var patch = Convert.ToBase64String("""[{"op":"add","path":"/data/b","value":"2"}]"""u8);
        await using var server = await WebhookServer.StartAsync(http => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
            http.Response, $$$"""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","response":{"allowed":true,"patch":"{{{patch}}}"}}"""));
        await using var hook = await AddAsync(server, "CREATE configmaps", """{"admissionReviewVersions":["v9","v1beta1"]}""");

        Assert.Equal("2", (string?)(await api.NewConfigMapAsync(space, "one")).Good().Body!["data"]!["b"]);
        Assert.Equal("admission.k8s.io/v1beta1", (string?)server.Asked[0].Body!["apiVersion"]);
    }

    private Task<RegisteredWebhook> AddAsync(WebhookServer server, string rule, string more = "{}") => RegisteredWebhook.AddAsync(api, "Mutating", server, rule, more);

    private static Task<WebhookServer> PatchingAsync(Func<JsonNode, string> patch) => WebhookServer.ReviewingAsync(request => new JsonObject
    {
        ["allowed"] = true,
        ["patchType"] = "JSONPatch",
        ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch(request))),
    });
}
