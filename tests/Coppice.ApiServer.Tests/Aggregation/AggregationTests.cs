using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Tests.Http;
using Coppice.ApiServer.Tests.Webhooks;
using Coppice.Client;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Tests.Aggregation;

/// <summary>A part of the API that somebody else serves: how it becomes known, who is said to ask, and what is said when nobody is there.</summary>
public sealed class AggregationTests(ServedApi api) : IClassFixture<ServedApi>, IAsyncLifetime
{
    private const string Resources =
        """{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"GROUP/v1","resources":[{"name":"things","singularName":"thing","namespaced":true,"kind":"Thing","verbs":["get","list"],"shortNames":["th"]},{"name":"things/status","singularName":"","namespaced":true,"kind":"Thing","verbs":["get"]},{"name":"wares","singularName":"ware","namespaced":true,"kind":"Ware","verbs":["deletecollection","list"]}]}""";

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
        await api.RegisterAsync("passed.example.com", server.Port, server.CaBundle);
        await api.AvailableAsync("passed.example.com", "True", "Passed", "all checks passed");

        var answer = await api.SendAsync("GET", "/apis/passed.example.com/v1/namespaces/default/things/a?watch=false");

        Assert.Equal(("/apis/passed.example.com/v1/namespaces/default/things/a?watch=false", "admin", "system:masters|system:authenticated"),
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
        await api.RegisterAsync("names.example.com", server.Port, server.CaBundle);
        await api.AvailableAsync("names.example.com", "True", "Passed", "all checks passed");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/apis/names.example.com/v1/things");
        request.Headers.Add("X-Remote-User", "root");
        request.Headers.Add("X-Remote-Group", "others");
        request.Headers.Add("X-Remote-Extra-Scopes", "all");
        request.Headers.Add("Impersonate-User", "jane");
        request.Headers.Add("Impersonate-Group", "system:masters");
        var body = JsonNode.Parse(await (await api.Admin.SendAsync(request)).Content.ReadAsStringAsync())!;

        Assert.Equal(("jane", "system:masters|system:authenticated", "", ""),
            ((string?)body["user"], (string?)body["groups"], (string?)body["extra"], (string?)body["authorization"]));
    }

    [Fact]
    public async Task A_component_of_the_same_process_reads_in_its_own_name()
    {
        const string Path = "/apis/read.example.com/v1/namespaces/default/things/a?labelSelector=b";
        await using var server = await StartAsync("read.example.com");
        await api.RegisterAsync("read.example.com", server.Port, server.CaBundle);
        await api.AvailableAsync("read.example.com", "True", "Passed", "all checks passed");

        Assert.Equal(["v1"], api.Verbs.OtherVersions("read.example.com"));
        var answer = await api.Verbs.ReadOtherAsync(Users.Of("meter", Users.Masters), Path, default);
        Assert.Equal((Path, "meter"), (answer.GetProperty("path").GetString(), answer.GetProperty("user").GetString()));

        var wares = Assert.Single(api.Verbs.OtherCollections(), one => one.Group == "read.example.com");
        Assert.Equal("/apis/read.example.com/v1/namespaces/default/wares", wares.PathIn("default"));
        await api.Verbs.DeleteOtherAsync(Users.Of("meter", Users.Masters), wares.PathIn("default"), default);
        Assert.Contains(server.Asked, asked => asked.Path == wares.PathIn("default"));

        Assert.Equal(403, (await Assert.ThrowsAnyAsync<ApiException>(async () => await api.Verbs.ReadOtherAsync(Users.Of("jane"), Path, default))).Code);
        var unknown = Path.Replace("v1", "v2", StringComparison.Ordinal);
        Assert.True((await Assert.ThrowsAnyAsync<ApiException>(async () => await api.Verbs.ReadOtherAsync(Users.Of("meter", Users.Masters), unknown, default))).IsNotServed);
    }

    [Fact]
    public async Task Names_and_groups_arrive_as_they_are_each_for_itself()
    {
        await using var server = await StartAsync("groups.example.com");
        await api.RegisterAsync("groups.example.com", server.Port, server.CaBundle);
        await api.AvailableAsync("groups.example.com", "True", "Passed", "all checks passed");
        using var client = api.ClientOf(api.Issue("Jürgen", "system:masters", "Bäcker, Müller", "\uffff"));

        var answer = await Answer.OfAsync(await client.GetAsync("/apis/groups.example.com/v1/things"));

        Assert.Equal(("Jürgen", "\uffff|Bäcker, Müller|system:masters|system:authenticated"), ((string?)answer.Good().Body!["user"], (string?)answer.Body!["groups"]));
    }

    [Fact]
    public async Task Whoever_is_asked_is_called_by_the_name_of_its_service_whatever_this_server_was_called()
    {
        await using var server = await StartAsync("called.example.com");
        await api.RegisterAsync("called.example.com", server.Port, server.CaBundle);
        await api.AvailableAsync("called.example.com", "True", "Passed", "all checks passed");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/apis/called.example.com/v1/things");
        request.Headers.Host = "cluster.example.com";
        var answer = await Answer.OfAsync(await api.Admin.SendAsync(request));

        Assert.Equal($"called.default.svc:{server.Port}", (string?)answer.Good().Body!["host"]);
    }

    [Fact]
    public async Task Who_may_not_ask_is_not_handed_on()
    {
        await using var server = await StartAsync("rights.example.com");
        await api.RegisterAsync("rights.example.com", server.Port, server.CaBundle);
        await api.AvailableAsync("rights.example.com", "True", "Passed", "all checks passed");
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
        (await api.PostAsync("/apis/apiregistration.k8s.io/v1/apiservices", RemoteApiSamples.Registration("late.example.com", server.Port, server.CaBundle))).Good();
        await api.AvailableAsync("late.example.com", "False", "ServiceNotFound", "service/late in \"default\" is not present");

        using var refused = await api.Admin.GetAsync("/apis/late.example.com/v1/things");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "service unavailable\n"), (refused.StatusCode, await refused.Content.ReadAsStringAsync()));

        (await api.PostAsync("/api/v1/namespaces/default/services", RemoteApiSamples.Service("late", server.Port))).Good();
        await api.AvailableAsync("late.example.com", "False", "EndpointsNotFound", "cannot find endpointslices for service/late in \"default\"");
        (await api.PostAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", RemoteApiSamples.Slice("late", server.Port, ready: false))).Good();
        await api.AvailableAsync("late.example.com", "False", "MissingEndpoints", "endpointslices for service/late in \"default\" have no addresses with port name \"\"");
        (await api.PatchAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/late", """{"endpoints":[{"addresses":["192.0.2.1"],"conditions":{"ready":true}}]}""")).Good();
        await api.AvailableAsync("late.example.com", "True", "Passed", "all checks passed");
        Assert.Equal(200, (await api.GetAsync("/apis/late.example.com/v1/things")).Code);
    }

    [Fact]
    public async Task Who_cannot_be_trusted_is_not_asked()
    {
        await using var server = await StartAsync("strange.example.com");
        await using var other = await WebhookServer.StartAsync(_ => Task.CompletedTask);
        await api.RegisterAsync("strange.example.com", server.Port, other.CaBundle);

        var condition = await api.ConditionAsync("strange.example.com", "FailedDiscoveryCheck");

        Assert.EndsWith("tls: failed to verify certificate: x509: certificate signed by unknown authority", (string)condition["message"]!);
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task What_this_server_serves_is_registered_and_comes_back()
    {
        await RemoteApiSamples.EventuallyAsync(async () => (await api.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")).Code == 200, "v1.apps");
        var before = (await api.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")).Body!;
        Assert.Equal(("onstart", 17800, 15, "Local"), (
            (string?)before["metadata"]!["labels"]!["kube-aggregator.kubernetes.io/automanaged"], (int?)before["spec"]!["groupPriorityMinimum"],
            (int?)before["spec"]!["versionPriority"], (string?)before["status"]!["conditions"]![0]!["reason"]));

        (await api.SendAsync("DELETE", "/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")).Good();

        await RemoteApiSamples.EventuallyAsync(
            async () => (await api.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")).Body!["metadata"]?["uid"] is { } uid && (string?)uid != (string?)before["metadata"]!["uid"],
            "v1.apps made anew");
        Assert.Equal(404, (await api.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.apiregistration.k8s.io")).Code);
    }

    private static Task<WebhookServer> StartAsync(string group) => WebhookServer.StartAsync(
        http => http.Request.Path == $"/apis/{group}/v1"
            ? http.Response.WriteAsync(Resources.Replace("GROUP", group, StringComparison.Ordinal))
            : http.Response.WriteAsync(new JsonObject
            {
                ["host"] = http.Request.Host.Value,
                ["path"] = $"{http.Request.Path}{http.Request.QueryString}",
                ["user"] = string.Join(',', http.Request.Headers["X-Remote-User"].AsEnumerable()),
                ["groups"] = string.Join('|', http.Request.Headers["X-Remote-Group"].AsEnumerable()),
                ["extra"] = string.Join(',', http.Request.Headers["X-Remote-Extra-Scopes"].AsEnumerable()),
                ["authorization"] = string.Join(',', http.Request.Headers.Authorization.AsEnumerable()),
            }.ToJsonString()),
        [$"{group.Split('.')[0]}.default.svc"]);
}
