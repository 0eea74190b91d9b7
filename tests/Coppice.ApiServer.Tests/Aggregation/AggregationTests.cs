using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Coppice.ApiServer.Tests.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Tests.Aggregation;

/// <summary>A part of the API that somebody else serves: how it becomes known, who is said to ask, and what is said when nobody is there.</summary>
public sealed class AggregationTests(ServedApi api) : IClassFixture<ServedApi>, IAsyncLifetime
{
    private const string Resources =
        """{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"GROUP/v1","resources":[{"name":"things","singularName":"thing","namespaced":true,"kind":"Thing","verbs":["get","list"],"shortNames":["th"]},{"name":"things/status","singularName":"","namespaced":true,"kind":"Thing","verbs":["get"]}]}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async ValueTask InitializeAsync()
    {
        await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"default"}}""");
        api.Aggregate();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_others_serve_is_found_and_asked_in_the_name_of_whoever_asks()
    {
        await using var server = await StartAsync("passed.example.com");
        await RegisterAsync("passed.example.com", server, server.CaBundle);
        await AvailableAsync("passed.example.com", "True", "Passed", "all checks passed");

        var answer = await api.SendAsync("GET", "/apis/passed.example.com/v1/namespaces/default/things/a?watch=false");

        Assert.Equal(("/apis/passed.example.com/v1/namespaces/default/things/a?watch=false", "admin", "system:masters,system:authenticated"),
            ((string?)answer.Body!["path"], (string?)answer.Body["user"], (string?)answer.Body["groups"]));
        var groups = (await api.GetAsync("/apis")).Body!["groups"]!.AsArray();
        Assert.Contains("passed.example.com", groups.Select(group => (string?)group!["name"]));
        Assert.Equal("passed.example.com/v1", (string?)(await api.GetAsync("/apis/passed.example.com")).Body!["preferredVersion"]!["groupVersion"]);
        Assert.Equal("things", (string?)(await api.GetAsync("/apis/passed.example.com/v1")).Body!["resources"]![0]!["name"]);
        var aggregated = (await api.GetAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")).Body!["items"]!.AsArray()
            .Single(group => (string?)group!["metadata"]!["name"] == "passed.example.com")!["versions"]![0]!;
        Assert.Equal(("Current", "things", "status"),
            ((string?)aggregated["freshness"], (string?)aggregated["resources"]![0]!["resource"], (string?)aggregated["resources"]![0]!["subresources"]![0]!["subresource"]));
    }

    [Fact]
    public async Task Nobody_speaks_in_anothers_name()
    {
        await using var server = await StartAsync("names.example.com");
        await RegisterAsync("names.example.com", server, server.CaBundle);
        await AvailableAsync("names.example.com", "True", "Passed", "all checks passed");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/apis/names.example.com/v1/things");
        request.Headers.Add("X-Remote-User", "root");
        request.Headers.Add("X-Remote-Group", "others");
        request.Headers.Add("X-Remote-Extra-Scopes", "all");
        request.Headers.Add("Impersonate-User", "jane");
        request.Headers.Add("Impersonate-Group", "system:masters");
        var body = JsonNode.Parse(await (await api.Admin.SendAsync(request)).Content.ReadAsStringAsync())!;

        Assert.Equal(("jane", "system:masters,system:authenticated", "", ""),
            ((string?)body["user"], (string?)body["groups"], (string?)body["extra"], (string?)body["authorization"]));
    }

    [Fact]
    public async Task Who_may_not_ask_is_not_handed_on()
    {
        await using var server = await StartAsync("rights.example.com");
        await RegisterAsync("rights.example.com", server, server.CaBundle);
        await AvailableAsync("rights.example.com", "True", "Passed", "all checks passed");
        var before = server.Asked.Count(asked => asked.Path.Contains("things", StringComparison.Ordinal));
        using var nobody = api.ClientOf(api.Issue("jane"));

        var refused = await Answer.OfAsync(await nobody.GetAsync("/apis/rights.example.com/v1/namespaces/default/things"));

        Assert.Equal(
            "things.rights.example.com is forbidden: User \"jane\" cannot list resource \"things\" in API group \"rights.example.com\" in the namespace \"default\"",
            refused.Refused(403, "Forbidden"));
        Assert.Equal(before, server.Asked.Count(asked => asked.Path.Contains("things", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_its_service_it_is_not_available_and_comes_back_with_it()
    {
        await using var server = await StartAsync("late.example.com");
        (await api.PostAsync("/apis/apiregistration.k8s.io/v1/apiservices", Registration("late.example.com", server.Port, server.CaBundle))).Good();
        await AvailableAsync("late.example.com", "False", "ServiceNotFound", "service/late in \"default\" is not present");

        using var refused = await api.Admin.GetAsync("/apis/late.example.com/v1/things");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "service unavailable\n"), (refused.StatusCode, await refused.Content.ReadAsStringAsync()));

        (await api.PostAsync("/api/v1/namespaces/default/services", Service("late", server.Port))).Good();
        await AvailableAsync("late.example.com", "False", "EndpointsNotFound", "cannot find endpointslices for service/late in \"default\"");
        (await api.PostAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", Slice("late", server.Port, ready: false))).Good();
        await AvailableAsync("late.example.com", "False", "MissingEndpoints", "endpointslices for service/late in \"default\" have no addresses with port name \"\"");
        (await api.PatchAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/late", """{"endpoints":[{"addresses":["192.0.2.1"],"conditions":{"ready":true}}]}""")).Good();
        await AvailableAsync("late.example.com", "True", "Passed", "all checks passed");
        Assert.Equal(200, (await api.GetAsync("/apis/late.example.com/v1/things")).Code);
    }

    [Fact]
    public async Task Who_cannot_be_trusted_is_not_asked()
    {
        await using var server = await StartAsync("strange.example.com");
        await using var other = await WebhookServer.StartAsync(_ => Task.CompletedTask);
        await RegisterAsync("strange.example.com", server, other.CaBundle);

        var condition = await ConditionAsync("strange.example.com", "FailedDiscoveryCheck");

        Assert.EndsWith("tls: failed to verify certificate: x509: certificate signed by unknown authority", (string)condition["message"]!);
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task What_this_server_serves_is_registered_and_comes_back()
    {
        await EventuallyAsync(async () => (await api.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")).Code == 200, "v1.apps");
        var before = (await api.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")).Body!;
        Assert.Equal(("onstart", 17800, 15, "Local"), (
            (string?)before["metadata"]!["labels"]!["kube-aggregator.kubernetes.io/automanaged"], (int?)before["spec"]!["groupPriorityMinimum"],
            (int?)before["spec"]!["versionPriority"], (string?)before["status"]!["conditions"]![0]!["reason"]));

        (await api.SendAsync("DELETE", "/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")).Good();

        await EventuallyAsync(
            async () => (await api.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")).Body!["metadata"]?["uid"] is { } uid && (string?)uid != (string?)before["metadata"]!["uid"],
            "v1.apps made anew");
        Assert.Equal(404, (await api.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.apiregistration.k8s.io")).Code);
    }

    private static Task<WebhookServer> StartAsync(string group) => WebhookServer.StartAsync(
        http => http.Request.Path == $"/apis/{group}/v1"
            ? http.Response.WriteAsync(Resources.Replace("GROUP", group, StringComparison.Ordinal))
            : http.Response.WriteAsync(new JsonObject
            {
                ["path"] = $"{http.Request.Path}{http.Request.QueryString}",
                ["user"] = string.Join(',', http.Request.Headers["X-Remote-User"].AsEnumerable()),
                ["groups"] = string.Join(',', http.Request.Headers["X-Remote-Group"].AsEnumerable().SelectMany(one => one!.Split(',', StringSplitOptions.TrimEntries))),
                ["extra"] = string.Join(',', http.Request.Headers["X-Remote-Extra-Scopes"].AsEnumerable()),
                ["authorization"] = string.Join(',', http.Request.Headers.Authorization.AsEnumerable()),
            }.ToJsonString()),
        [$"{group.Split('.')[0]}.default.svc"]);

    private async Task RegisterAsync(string group, WebhookServer server, string caBundle)
    {
        var name = group.Split('.')[0];
        (await api.PostAsync("/api/v1/namespaces/default/services", Service(name, server.Port))).Good();
        (await api.PostAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", Slice(name, server.Port, ready: true))).Good();
        (await api.PostAsync("/apis/apiregistration.k8s.io/v1/apiservices", Registration(group, server.Port, caBundle))).Good();
    }

    private static string Registration(string group, int port, string caBundle) => $$$"""
        {"metadata":{"name":"v1.{{{group}}}"},"spec":{"group":"{{{group}}}","version":"v1","groupPriorityMinimum":2000,"versionPriority":200,
        "caBundle":"{{{caBundle}}}","service":{"namespace":"default","name":"{{{group.Split('.')[0]}}}","port": {{{port}}} } } }
        """;

    private static string Service(string name, int port) => $$$$"""{"metadata":{"name":"{{{{name}}}}"},"spec":{"ports":[{"port":{{{{port}}}}}]}}""";

    private static string Slice(string name, int port, bool ready) => $$$"""
        {"metadata":{"name":"{{{name}}}","labels":{"kubernetes.io/service-name":"{{{name}}}"}},"addressType":"IPv4","ports":[{"name":"","port":{{{port}}},"protocol":"TCP"}],
        "endpoints":[{"addresses":["192.0.2.1"],"conditions":{"ready":{{{(ready ? "true" : "false")}}}}}]}
        """;

    private async Task AvailableAsync(string group, string status, string reason, string message)
    {
        var condition = await ConditionAsync(group, reason);
        Assert.Equal((status, message), ((string?)condition["status"], (string?)condition["message"]));
    }

    private async Task<JsonNode> ConditionAsync(string group, string reason)
    {
        JsonNode? seen = null;
        await EventuallyAsync(
            async () =>
            {
                seen = (await api.GetAsync($"/apis/apiregistration.k8s.io/v1/apiservices/v1.{group}")).Body?["status"]?["conditions"]?[0];
                return (string?)seen?["reason"] == reason;
            },
            () => $"{group} to be {reason}, and not {seen?.ToJsonString()}");
        return seen!;
    }

    private static Task EventuallyAsync(Func<Task<bool>> condition, string what) => EventuallyAsync(condition, () => what);

    private static async Task EventuallyAsync(Func<Task<bool>> condition, Func<string> what)
    {
        for (var since = TimeProvider.System.GetTimestamp(); !await condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"waited for {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
