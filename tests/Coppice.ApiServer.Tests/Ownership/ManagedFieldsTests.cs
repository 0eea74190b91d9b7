using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Xunit;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>Every write notes in metadata.managedFields what its client has set.</summary>
public sealed class ManagedFieldsTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Template = """{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";
    private const string Deployment = $$$"""{"metadata":{"name":"d","labels":{"app":"a"}},"spec":{"selector":{"matchLabels":{"app":"a"}},"template":{{{Template}}} } }""";
    private const string Container = """
        "k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}
        """;

    [Fact]
    public async Task Who_creates_a_deployment_owns_what_it_set_and_what_was_filled_in_for_it()
    {
        var apps = await AppsAsync();
        var made = (await api.PostAsync($"{apps}/deployments?fieldManager=maker", Deployment)).Good();
        Assert.Equal(
            """maker Update apps/v1 {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{CONTAINER},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}""".Replace("CONTAINER", Container),
            Assert.Single(made.Owners()));
    }

    [Fact]
    public async Task What_admission_and_the_server_add_is_nobodys()
    {
        var space = await api.NewNamespaceAsync();
        var pod = (await api.PostAsync($"{space}/pods?fieldManager=maker", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running"}}""")).Good();
        Assert.NotNull(pod.Body!["spec"]!["serviceAccountName"]);
        Assert.Equal(
            """maker Update v1 {"f:spec":{"f:containers":{CONTAINER},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}""".Replace("CONTAINER", Container),
            Assert.Single(pod.Owners()));
        var service = (await api.PostAsync($"{space}/services?fieldManager=maker", """{"metadata":{"name":"s"},"spec":{"selector":{"app":"a"},"ports":[{"port":80}]}}""")).Good();
        Assert.NotNull(service.Body!["spec"]!["clusterIP"]);
        Assert.Equal(
            """maker Update v1 {"f:spec":{"f:internalTrafficPolicy":{},"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},"f:selector":{},"f:sessionAffinity":{},"f:type":{}}}""",
            Assert.Single(service.Owners()));
    }

    [Fact]
    public async Task A_client_that_does_not_say_who_it_is_goes_by_its_programs_name()
    {
        var space = await api.NewNamespaceAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{space}/configmaps") { Content = new StringContent("""{"metadata":{"name":"a"},"data":{"a":"1"}}""") };
        request.Headers.TryAddWithoutValidation("User-Agent", "my-operator/v1.2 (linux/amd64)");
        request.Content.Headers.ContentType = new("application/json");
        using var response = await api.Admin.SendAsync(request);
        Assert.Equal("""my-operator Update v1 {"f:data":{".":{},"f:a":{}}}""", Assert.Single((await Answer.OfAsync(response)).Owners()));
        Assert.StartsWith("unknown Update v1", Assert.Single((await api.NewConfigMapAsync(space, "b")).Owners()));
    }

    [Fact]
    public async Task Who_changes_a_field_owns_it_and_nobody_else_does()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/configmaps?fieldManager=one", """{"metadata":{"name":"a"},"data":{"a":"1","b":"1"}}""")).Good();
        var patched = (await api.PatchAsync($"{space}/configmaps/a?fieldManager=two", """{"data":{"b":"2","c":"2"}}""")).Good();
        Assert.Equal(["""one Update v1 {"f:data":{".":{},"f:a":{}}}""", """two Update v1 {"f:data":{"f:b":{},"f:c":{}}}"""], patched.Owners());

        // What goes is nobody's, and an owner of nothing is none.
        var less = (await api.SendAsync("PUT", $"{space}/configmaps/a?fieldManager=three", """{"metadata":{"name":"a"},"data":{"a":"1"}}""")).Good();
        Assert.Equal(["""one Update v1 {"f:data":{".":{},"f:a":{}}}"""], less.Owners());
    }

    [Fact]
    public async Task The_status_and_the_scale_have_owners_of_their_own()
    {
        var apps = await AppsAsync();
        (await api.PostAsync($"{apps}/deployments?fieldManager=maker", Deployment)).Good();
        (await api.PatchAsync($"{apps}/deployments/d/status?fieldManager=controller", """{"status":{"observedGeneration":1,"replicas":1},"spec":{"replicas":7}}""")).Good();
        (await api.PatchAsync($"{apps}/deployments/d/scale?fieldManager=scaler", """{"spec":{"replicas":3}}""")).Good();
        var owners = (await api.GetAsync($"{apps}/deployments/d")).Owners();
        Assert.Equal(3, owners.Count);
        Assert.Contains("""controller Update apps/v1 status {"f:status":{"f:observedGeneration":{},"f:replicas":{}}}""", owners);
        Assert.Contains("""scaler Update apps/v1 scale {"f:spec":{"f:replicas":{}}}""", owners);
        Assert.DoesNotContain("f:replicas", owners.Single(owner => owner.StartsWith("maker", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_write_that_would_only_change_a_time_is_none()
    {
        var space = await api.NewNamespaceAsync();
        var version = (await api.NewConfigMapAsync(space, "a")).Good().Version;
        Assert.Equal(version, (await api.PatchAsync($"{space}/configmaps/a?fieldManager=other", """{"data":{"a":"1"}}""")).Good().Version);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    public async Task A_client_can_have_all_owners_forgotten_until_something_is_applied(string nobody)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        Assert.Empty((await api.PatchAsync($"{space}/configmaps/a", """{"metadata":{"managedFields":NOBODY}}""".Replace("NOBODY", nobody))).Good().Owners());
        Assert.Empty((await api.PatchAsync($"{space}/configmaps/a", """{"data":{"a":"2"}}""")).Good().Owners());
        var applied = (await api.ApplyAsync($"{space}/configmaps/a?fieldManager=me&force=true", """{"apiVersion":"v1","kind":"ConfigMap","data":{"b":"1"}}""")).Good();
        Assert.Equal(["""me Apply v1 {"f:data":{"f:b":{}}}""", """before-first-apply Update v1 {"f:data":{".":{},"f:a":{}}}"""], applied.Owners());
    }

    [Fact]
    public async Task A_client_that_sends_no_owners_or_senseless_ones_leaves_them_as_they_are()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/configmaps?fieldManager=one", """{"metadata":{"name":"a"},"data":{"a":"1"}}""")).Good();
        foreach (var owners in new[] { "", ""","managedFields":null""", ""","managedFields":[{"manager":"x","operation":"Take"}]""", ""","managedFields":[{"manager":"x","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"a":1}}]""" })
        {
            var put = (await api.SendAsync("PUT", $"{space}/configmaps/a?fieldManager=two", $$$$"""{"metadata":{"name":"a"{{{{owners}}}}},"data":{"a":"1"}}""")).Good();
            Assert.Equal(["""one Update v1 {"f:data":{".":{},"f:a":{}}}"""], put.Owners());
        }
    }

    [Fact]
    public async Task Of_many_who_update_the_oldest_are_one()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        for (var i = 0; i < 14; i++)
        {
            (await api.PatchAsync($"{space}/configmaps/a?fieldManager=m{i:00}", $$$"""{"data":{"k{{{i:00}}}":"1"}}""")).Good();
        }

        var owners = (await api.GetAsync($"{space}/configmaps/a")).Owners();
        Assert.Equal(10, owners.Count);
        var ancient = Assert.Single(owners, owner => owner.StartsWith("ancient-changes Update v1", StringComparison.Ordinal));
        Assert.Contains("f:k00", ancient);
        Assert.Contains("f:k13", string.Concat(owners.Where(owner => owner != ancient)));
    }

    [Fact]
    public async Task A_name_of_a_manager_that_is_none_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(
            "CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128 bytes",
            (await api.PostAsync($"{space}/configmaps?fieldManager={new string('a', 129)}", """{"metadata":{"name":"a"}}""")).Refused(422, "Invalid"));
        Assert.Equal(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\n\": should only contain printable characters",
            (await api.PatchAsync($"{space}/configmaps/a?fieldManager=a%0A", "{}")).Refused(422, "Invalid"));
        Assert.Equal(
            "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch",
            (await api.PatchAsync($"{space}/configmaps/a?force=true", "{}")).Refused(422, "Invalid"));
    }

    private async Task<string> AppsAsync() => (await api.NewNamespaceAsync()).Replace("/api/v1/", "/apis/apps/v1/");
}
