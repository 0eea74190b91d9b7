using System.Net;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Tests.Webhooks;

/// <summary>Webhooks that refuse: what they are told, when they are asked, and what comes of their answers and of their silence.</summary>
public sealed class ValidatingWebhookTests(ServedApi api) : IClassFixture<ServedApi>
{
    private static readonly JsonObject Allowed = new() { ["allowed"] = true };

    [Fact]
    public async Task A_refusal_is_told_in_the_words_of_the_webhook()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await WebhookServer.ReviewingAsync(request => (string?)request["object"]!["data"]!["a"] == "1"
            ? new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = "ones are bad", ["reason"] = "Conflict", ["code"] = 409 } }
            : new JsonObject { ["allowed"] = false });
        await using var hook = await AddAsync(server, "CREATE configmaps");

        Assert.Equal("admission webhook \"hook.example.com\" denied the request: ones are bad", (await api.NewConfigMapAsync(space, "one")).Refused(409, "Conflict"));
        var mute = await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"two"},"data":{"a":"2"}}""");
        Assert.Equal("admission webhook \"hook.example.com\" denied the request without explanation", mute.Refused(400, ""));
        Assert.Equal(404, (await api.GetAsync($"{space}/configmaps/one")).Code);
    }

    [Fact]
    public async Task It_is_told_all_that_there_is_to_know_of_a_request()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await AllowingAsync();
        await using var hook = await AddAsync(server, "* configmaps");

        (await api.PostAsync($"{space}/configmaps?fieldManager=me", """{"metadata":{"generateName":"a-","labels":{"x":"1"}},"data":{"k":"v"}}""")).Good();
        var create = Question(server, 0);
        var name = (string)create["name"]!;
        Assert.StartsWith("a-", name);
        Assert.Equal("/check?timeout=10s", server.Asked[0].Path);
        Assert.Equal("""{"group":"","version":"v1","kind":"ConfigMap"}""", create["kind"]!.ToJsonString());
        Assert.Equal("""{"group":"","version":"v1","kind":"ConfigMap"}""", create["requestKind"]!.ToJsonString());
        Assert.Equal("""{"group":"","version":"v1","resource":"configmaps"}""", create["resource"]!.ToJsonString());
        Assert.Equal("""{"group":"","version":"v1","resource":"configmaps"}""", create["requestResource"]!.ToJsonString());
        Assert.Equal(("CREATE", space[(space.LastIndexOf('/') + 1)..], false), ((string?)create["operation"], (string?)create["namespace"], (bool?)create["dryRun"]));
        Assert.Equal("admin", (string?)create["userInfo"]!["username"]);
        Assert.False(create["userInfo"]!.AsObject().ContainsKey("uid"));
        Assert.Contains("system:masters", create["userInfo"]!["groups"]!.AsArray().Select(group => (string?)group));
        Assert.Equal("""{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"me"}""", create["options"]!.ToJsonString());
        Assert.Equal(("v1", "ConfigMap", "v"), ((string?)create["object"]!["apiVersion"], (string?)create["object"]!["kind"], (string?)create["object"]!["data"]!["k"]));
        Assert.True(create.AsObject().ContainsKey("oldObject"));
        Assert.Null(create["oldObject"]);

        (await api.PatchAsync($"{space}/configmaps/{name}", """{"data":{"k":"w"}}""")).Good();
        var update = Question(server, 1);
        Assert.Equal(("UPDATE", "w", "v"), ((string?)update["operation"], (string?)update["object"]!["data"]!["k"], (string?)update["oldObject"]!["data"]!["k"]));
        Assert.Equal("UpdateOptions", (string?)update["options"]!["kind"]);

        (await api.SendAsync("DELETE", $"{space}/configmaps/{name}", """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}""")).Good();
        var delete = Question(server, 2);
        Assert.Equal(("DELETE", null, "w"), ((string?)delete["operation"], delete["object"], (string?)delete["oldObject"]!["data"]!["k"]));
        Assert.Equal("""{"apiVersion":"meta.k8s.io/v1","kind":"DeleteOptions","propagationPolicy":"Background"}""", delete["options"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["secrets"]}""", false)]
    [InlineData("""{"operations":["UPDATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}""", false)]
    [InlineData("""{"operations":["*"],"apiGroups":["apps"],"apiVersions":["*"],"resources":["*"]}""", false)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["v2"],"resources":["*"]}""", false)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*/status"]}""", false)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],"scope":"Cluster"}""", false)]
    [InlineData("""{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],"scope":"Namespaced"}""", true)]
    [InlineData("""{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps/*"]}""", true)]
    [InlineData("""{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["*/*"]}""", true)]
    public async Task It_is_asked_about_what_a_rule_is_for(string rule, bool asked)
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await AllowingAsync();
        await using var hook = await AddAsync(server, rule);

        (await api.NewConfigMapAsync(space, "one")).Good();

        Assert.Equal(asked ? 1 : 0, server.Asked.Count);
    }

    [Theory]
    [InlineData("""{"objectSelector":{"matchLabels":{"a":"b"}}}""", true)]
    [InlineData("""{"objectSelector":{"matchLabels":{"a":"c"}}}""", false)]
    [InlineData("""{"namespaceSelector":{"matchLabels":{"team":"blue"}}}""", true)]
    [InlineData("""{"namespaceSelector":{"matchExpressions":[{"key":"team","operator":"NotIn","values":["blue"]}]}}""", false)]
    public async Task It_is_asked_about_objects_and_in_namespaces_with_certain_labels(string selectors, bool asked)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PatchAsync(space, """{"metadata":{"labels":{"team":"blue"}}}""")).Good();
        await using var server = await AllowingAsync();
        await using var hook = await AddAsync(server, "CREATE,DELETE configmaps", selectors);

        (await api.NewConfigMapAsync(space, "one", ""","labels":{"a":"b"}""")).Good();
        (await api.SendAsync("DELETE", $"{space}/configmaps/one")).Good();

        Assert.Equal(asked ? 2 : 0, server.Asked.Count);
    }

    [Fact]
    public async Task A_namespace_is_in_itself()
    {
        await using var server = await AllowingAsync();
        await using var hook = await AddAsync(server, "CREATE,DELETE namespaces", """{"namespaceSelector":{"matchLabels":{"team":"red"}}}""");

        (await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"red","labels":{"team":"red"}}}""")).Good();
        (await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"other"}}""")).Good();
        (await api.SendAsync("DELETE", "/api/v1/namespaces/red")).Good();

        Assert.Equal(["CREATE red red", "DELETE red red"], server.Asked.Select(asked => asked.Body!["request"]!).Select(request => $"{request["operation"]} {request["name"]} {request["namespace"]}"));
    }

    [Fact]
    public async Task An_object_is_shown_in_the_version_that_the_rule_names()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await AllowingAsync();
        await using var hook = await AddAsync(server, """{"operations":["CREATE"],"apiGroups":["events.k8s.io"],"apiVersions":["v1"],"resources":["events"]}""");
        var about = $$$"""{"kind":"Pod","namespace":"{{{space[(space.LastIndexOf('/') + 1)..]}}}","name":"p"}""";

        (await api.PostAsync($"{space}/events", $$$"""{"metadata":{"name":"e"},"involvedObject":{{{about}}},"message":"hello"}""")).Good();

        var request = Question(server, 0);
        Assert.Equal("events.k8s.io", (string?)request["kind"]!["group"]);
        Assert.Equal("", (string?)request["requestKind"]!["group"]);
        Assert.Equal(("hello", "events.k8s.io/v1"), ((string?)request["object"]!["note"], (string?)request["object"]!["apiVersion"]));

        await using var exact = await AllowingAsync();
        await using var other = await AddAsync(
            exact, """{"operations":["CREATE"],"apiGroups":["events.k8s.io"],"apiVersions":["v1"],"resources":["events"]}""", """{"matchPolicy":"Exact"}""");
        (await api.PostAsync($"{space}/events", $$$"""{"metadata":{"name":"f"},"involvedObject":{{{about}}},"message":"hello"}""")).Good();
        Assert.Empty(exact.Asked);
    }

    [Fact]
    public async Task A_part_of_an_object_is_shown_as_it_is_sent()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await AllowingAsync();
        await using var hook = await AddAsync(server, """{"operations":["*"],"apiGroups":["","apps"],"apiVersions":["v1"],"resources":["*/scale","serviceaccounts/token"]}""");
        var apps = space.Replace("/api/v1", "/apis/apps/v1", StringComparison.Ordinal);
        (await api.PostAsync(
            $"{apps}/replicasets",
            """{"metadata":{"name":"r"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""")).Good();

        (await api.PatchAsync($"{apps}/replicasets/r/scale", """{"spec":{"replicas":2}}""")).Good();
        (await api.PostAsync($"{space}/serviceaccounts/default/token", "{}")).Good();

        var (scale, token) = (Question(server, 0), Question(server, 1));
        Assert.Equal(("scale", "Scale", "autoscaling", 2), ((string?)scale["subResource"], (string?)scale["kind"]!["kind"], (string?)scale["kind"]!["group"], (int?)scale["object"]!["spec"]!["replicas"]));
        Assert.Equal(("token", "TokenRequest", "default"), ((string?)token["subResource"], (string?)token["object"]!["kind"], (string?)token["name"]));
    }

    [Fact]
    public async Task Who_connects_is_asked_about_with_what_is_asked_of_the_connection()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await WebhookServer.ReviewingAsync(_ => new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = "no" } });
        await using var hook = await AddAsync(server, "CONNECT pods/exec,pods/portforward,services/proxy");

        const string Refusal = "admission webhook \"hook.example.com\" denied the request: no";
        Assert.Equal(Refusal, (await api.PostAsync($"{space}/pods/p/exec?command=ls&command=-l&stdout=true&container=c", "")).Refused(400, ""));
        Assert.Equal(Refusal, (await api.PostAsync($"{space}/pods/p/portforward?ports=80", "")).Refused(400, ""));
        Assert.Equal(Refusal, (await api.GetAsync($"{space}/services/s:80/proxy/a/b")).Refused(400, ""));

        Assert.Equal(
            [
                """{"kind":"PodExecOptions","apiVersion":"v1","stdout":true,"container":"c","command":["ls","-l"]}""",
                """{"kind":"PodPortForwardOptions","apiVersion":"v1","ports":[80]}""",
                """{"kind":"ServiceProxyOptions","apiVersion":"v1","path":"a/b"}""",
            ],
            server.Asked.Select(asked => asked.Body!["request"]!["object"]!.ToJsonString()));
        var exec = Question(server, 0);
        Assert.Equal(("CONNECT", "exec", "PodExecOptions", "pods"), ((string?)exec["operation"], (string?)exec["subResource"], (string?)exec["kind"]!["kind"], (string?)exec["resource"]!["resource"]));
        Assert.Null(exec["options"]);
    }

    [Theory]
    [InlineData("Fail")]
    [InlineData("Ignore")]
    public async Task Without_an_answer_the_request_fails_or_goes_on_as_its_configuration_says(string policy)
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await WebhookServer.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await using var hook = await AddAsync(server, "CREATE configmaps", $$"""{"failurePolicy":"{{policy}}","timeoutSeconds":1}""");

        var answer = await api.NewConfigMapAsync(space, "one");

        if (policy == "Ignore")
        {
            answer.Good();
            return;
        }

        Assert.Equal(
            $"Internal error occurred: failed calling webhook \"hook.example.com\": failed to call webhook: Post \"https://127.0.0.1:{server.Port}/check?timeout=1s\": context deadline exceeded",
            answer.Refused(500, "InternalError"));
    }

    [Theory]
    [InlineData("nonsense", "failed to call webhook: couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("""{"response":{"allowed":true}}""", """failed to call webhook: Object 'Kind' is missing in '{"response":{"allowed":true}}'""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}""", "received invalid webhook response: webhook response was absent")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"UID","allowed":true,"patch":"W10="}}""",
        "received invalid webhook response: validating webhook may not return response.patch")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","response":{"uid":"UID","allowed":true}}""",
        "received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got admission.k8s.io/v1beta1, Kind=AdmissionReview")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"x","allowed":true}}""",
        "received invalid webhook response: expected response.uid=\"UID\", got \"x\"")]
    [InlineData("", "failed to call webhook: 0-length response with status code: 200 and content type: application/json")]
    public async Task An_answer_that_is_none_is_told_apart(string body, string why)
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await WebhookServer.StartAsync(async http =>
        {
            var uid = (string)JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!["request"]!["uid"]!;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(body.Replace("UID", uid, StringComparison.Ordinal));
        });
        await using var hook = await AddAsync(server, "CREATE configmaps");

        var message = (await api.NewConfigMapAsync(space, "one")).Refused(500, "InternalError");

        var asked = (string)Question(server, 0)["uid"]!;
        Assert.Equal($"Internal error occurred: failed calling webhook \"hook.example.com\": {why.Replace("UID", asked, StringComparison.Ordinal)}", message);
    }

    [Fact]
    public async Task Where_nothing_is_to_happen_only_those_without_side_effects_are_asked()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await AllowingAsync();
        await using var hook = await AddAsync(server, "CREATE configmaps", """{"sideEffects":"NoneOnDryRun"}""");

        (await api.PostAsync($"{space}/configmaps?dryRun=All", """{"metadata":{"name":"one"}}""")).Good();

        Assert.True((bool?)Question(server, 0)["dryRun"]);
        Assert.Equal("""["All"]""", Question(server, 0)["options"]!["dryRun"]!.ToJsonString());
    }

    [Fact]
    public async Task All_are_asked_at_once_and_their_warnings_reach_the_client_even_if_one_refuses()
    {
        var space = await api.NewNamespaceAsync();
        var both = new TaskCompletionSource();
        var arrived = 0;
        async Task<WebhookServer> MeetingAsync(string warning, bool allowed) => await WebhookServer.StartAsync(async http =>
        {
            if (Interlocked.Increment(ref arrived) == 2)
            {
                both.SetResult();
            }

            await both.Task.WaitAsync(TimeSpan.FromSeconds(10));
            var review = JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!;
            await http.Response.WriteAsync($$$"""
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"{{{review["request"]!["uid"]}}}","allowed":{{{(allowed ? "true" : "false")}}},"warnings":["{{{warning}}}"]}}
                """);
        });
        await using var first = await MeetingAsync("beware", allowed: true);
        await using var second = await MeetingAsync("stop", allowed: false);
        await using var one = await AddAsync(first, "CREATE configmaps");
        await using var two = await AddAsync(second, "CREATE configmaps");

        var answer = await api.NewConfigMapAsync(space, "one");

        answer.Refused(400, "");
        Assert.Equal(["299 - \"beware\"", "299 - \"stop\""], answer.Warnings.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nobody_is_locked_out_by_a_webhook_that_refuses_everything()
    {
        await using var server = await WebhookServer.ReviewingAsync(_ => new JsonObject { ["allowed"] = false });
        var hook = await AddAsync(server, """{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*/*"]}""");

        await hook.DisposeAsync();

        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task While_a_webhook_thinks_others_may_write_the_same_object()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "one")).Good();
        var (thinking, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await WebhookServer.StartAsync(async http =>
        {
            var review = JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!;
            thinking.TrySetResult();
            await go.Task;
            await http.Response.WriteAsync(
                $$$"""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"{{{review["request"]!["uid"]}}}","allowed":true}}""");
        });
        await using var hook = await AddAsync(server, "UPDATE configmaps", """{"objectSelector":{"matchLabels":{"slow":"yes"}}}""");

        var slow = api.PatchAsync($"{space}/configmaps/one", """{"metadata":{"labels":{"slow":"yes"}}}""");
        await thinking.Task.WaitAsync(TimeSpan.FromSeconds(10));
        (await api.PatchAsync($"{space}/configmaps/one", """{"data":{"b":"2"}}""")).Good();
        go.SetResult();

        var answer = (await slow).Good();
        Assert.Equal(("2", "yes"), ((string?)answer.Body!["data"]!["b"], (string?)answer.Body["metadata"]!["labels"]!["slow"]));
    }

    private Task<RegisteredWebhook> AddAsync(WebhookServer server, string rule, string more = "{}") => RegisteredWebhook.AddAsync(api, "Validating", server, rule, more);

    private static Task<WebhookServer> AllowingAsync() => WebhookServer.ReviewingAsync(_ => Allowed.DeepClone().AsObject());

    private static JsonNode Question(WebhookServer server, int index) => server.Asked[index].Body!["request"]!;
}
