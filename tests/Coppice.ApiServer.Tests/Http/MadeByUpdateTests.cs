namespace Coppice.ApiServer.Tests.Http;

/// <summary>An update of what is not there: of some kinds it makes it.</summary>
public sealed class MadeByUpdateTests(ServedApi api) : IClassFixture<ServedApi>
{
    // Kubernetes' strategies that say so.
    private static readonly string[] Made =
        ["clusterrolebindings", "clusterroles", "endpoints", "events", "events.events.k8s.io", "leases", "limitranges", "rolebindings", "roles", "runtimeclasses", "services"];

    [Fact]
    public void The_kinds_are_those_of_Kubernetes() => Assert.Equal(
        Made,
        Coppice.ApiServer.Registry.BuiltInServedKinds.All.Where(one => one.IsMadeByUpdate)
            .Select(one => one.Kind.Group == "events.k8s.io" ? $"{one.Kind.Resource}.{one.Kind.Group}" : one.Kind.Resource).Order(StringComparer.Ordinal));

    [Fact]
    public async Task An_update_of_nothing_makes_a_lease_and_the_next_one_changes_it()
    {
        var leases = $"/apis/coordination.k8s.io/v1/{(await api.NewNamespaceAsync())["/api/v1/".Length..]}/leases";
        var made = await api.SendAsync("PUT", $"{leases}/one", """{"metadata":{"name":"one","resourceVersion":"7"},"spec":{"holderIdentity":"a"}}""");
        Assert.Equal(201, made.Code);
        Assert.NotNull(made.Body!["metadata"]!["uid"]);
        Assert.Equal("Update", (string?)made.Body["metadata"]!["managedFields"]![0]!["operation"]);

        var changed = made.Body.DeepClone();
        changed["spec"]!["holderIdentity"] = "b";
        Assert.Equal(200, (await api.SendAsync("PUT", $"{leases}/one", changed.ToJsonString())).Good().Code);
        (await api.PostAsync(leases, """{"metadata":{"name":"one"}}""")).Refused(409, "AlreadyExists");
        (await api.SendAsync("PUT", $"{leases}/two", """{"metadata":{"name":"other"}}""")).Refused(400, "BadRequest");
        (await api.SendAsync("PUT", $"{leases}/two", """{"metadata":{"name":"two"},"spec":{"leaseDurationSeconds":-1}}""")).Refused(422, "Invalid");
    }

    [Fact]
    public async Task Who_means_an_object_that_went_does_not_make_another()
    {
        var leases = $"/apis/coordination.k8s.io/v1/{(await api.NewNamespaceAsync())["/api/v1/".Length..]}/leases";
        var gone = (await api.PostAsync(leases, """{"metadata":{"name":"one"}}""")).Good().Body!;
        (await api.SendAsync("DELETE", $"{leases}/one")).Good();
        var refused = (await api.SendAsync("PUT", $"{leases}/one", gone.ToJsonString())).Refused(409, "Conflict");
        Assert.EndsWith($"Precondition failed: UID in precondition: {gone["metadata"]!["uid"]}, UID in object meta: ", refused);
    }

    [Fact]
    public async Task Of_other_kinds_there_is_nothing_to_update()
    {
        var space = await api.NewNamespaceAsync();
        (await api.SendAsync("PUT", $"{space}/configmaps/one", """{"metadata":{"name":"one"}}""")).Refused(404, "NotFound");
        (await api.SendAsync("PUT", $"{space}/services/one/status", """{"metadata":{"name":"one"}}""")).Refused(404, "NotFound");
    }

    [Fact]
    public async Task It_takes_the_right_to_make_one()
    {
        var space = await api.NewNamespaceAsync();
        var name = space[(space.LastIndexOf('/') + 1)..];
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
        (await api.PostAsync($"{Rbac}/clusterroles", $$$"""{"metadata":{"name":"{{{name}}}"},"rules":[{"verbs":["update"],"apiGroups":[""],"resources":["endpoints"]}]}""")).Good();
        (await api.PostAsync(
            $"{Rbac}/clusterrolebindings",
            $$$"""{"metadata":{"name":"{{{name}}}"},"roleRef":{"kind":"ClusterRole","name":"{{{name}}}"},"subjects":[{"kind":"User","name":"{{{name}}}"}]}""")).Good();
        using var client = api.ClientOf(api.Issue(name));
        Assert.Equal(
            $"endpoints \"one\" is forbidden: User \"{name}\" cannot create resource \"endpoints\" in API group \"\" in the namespace \"{name}\"",
            (await ServedApi.SendAsync(client, "PUT", $"{space}/endpoints/one", """{"metadata":{"name":"one"}}""")).Refused(403, "Forbidden"));
    }
}
