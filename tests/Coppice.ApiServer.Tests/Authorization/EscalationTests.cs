using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Authorization;

/// <summary>Nobody gives away more than they have.</summary>
public sealed class EscalationTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    private static int _users;

    [Fact]
    public async Task A_role_grants_no_more_than_its_writer_has()
    {
        var (user, client) = await UserAsync(
            """{"verbs":["create","update"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]},{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""");
        using var _ = client;

        (await ServedApi.SendAsync(client, "POST", $"{Rbac}/clusterroles", Role($"{user}-a", """{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"""))).Good();
        var refused = await ServedApi.SendAsync(
            client,
            "POST",
            $"{Rbac}/clusterroles",
            Role($"{user}-b", """{"verbs":["get","list","watch"],"apiGroups":[""],"resources":["secrets","pods"]},{"verbs":["get"],"nonResourceURLs":["/logs"]},{"verbs":["get"],"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["d"]}"""));
        Assert.Equal(
            $$"""
            clusterroles.rbac.authorization.k8s.io "{{user}}-b" is forbidden: user "{{user}}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
            {APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}
            {APIGroups:[""], Resources:["secrets"], Verbs:["get" "list" "watch"]}
            {APIGroups:["apps"], Resources:["deployments"], ResourceNames:["d"], Verbs:["get"]}
            {NonResourceURLs:["/logs"], Verbs:["get"]}
            """,
            refused.Refused(403, "Forbidden"));

        var widened = await ServedApi.SendAsync(client, "PUT", $"{Rbac}/clusterroles/{user}-a", Role($"{user}-a", """{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"""));
        Assert.Contains("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}", widened.Refused(403, "Forbidden"));
        var aggregated = await ServedApi.SendAsync(
            client, "POST", $"{Rbac}/clusterroles", $$$"""{"metadata":{"name":"{{{user}}}-c"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}}""");
        Assert.Equal(
            $"clusterroles.rbac.authorization.k8s.io \"{user}-c\" is forbidden: must have cluster-admin privileges to use the aggregationRule",
            aggregated.Refused(403, "Forbidden"));
    }

    [Fact]
    public async Task Who_may_not_grant_is_not_told_what_is_wrong_with_the_role()
    {
        var (user, client) = await UserAsync("""{"verbs":["create","update"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles","clusterrolebindings"]}""");
        using var _ = client;
        const string Bad = """{"verbs":[],"apiGroups":[""],"resources":["pods"]},{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""";
        (await ServedApi.SendAsync(client, "POST", $"{Rbac}/clusterroles", Role($"{user}-a", Bad))).Refused(403, "Forbidden");
        (await ServedApi.SendAsync(client, "PUT", $"{Rbac}/clusterroles/{user}-a", Role($"{user}-a", Bad))).Refused(403, "Forbidden");
        (await api.PostAsync($"{Rbac}/clusterroles", Role($"{user}-a", Bad))).Refused(422, "Invalid");
        (await ServedApi.SendAsync(
            client, "POST", $"{Rbac}/clusterrolebindings", $$$"""{"metadata":{"name":"{{{user}}}"},"roleRef":{"kind":"Other","name":"x"},"subjects":[]}""")).Refused(422, "Invalid");
    }

    [Fact]
    public async Task Whoever_may_escalate_grants_what_they_have_not()
    {
        var (user, client) = await UserAsync("""{"verbs":["create","escalate"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}""");
        using var _ = client;
        (await ServedApi.SendAsync(client, "POST", $"{Rbac}/clusterroles", Role($"{user}-a", """{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"""))).Good();
    }

    [Fact]
    public async Task A_binding_grants_no_more_than_its_writer_has()
    {
        var (user, client) = await UserAsync(
            """{"verbs":["create"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterrolebindings","rolebindings"]},{"verbs":["bind"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["cluster-admin"]},{"verbs":["list","watch"],"apiGroups":[""],"resources":["endpoints","services"]}""");
        using var _ = client;

        (await BindAsync("system:kube-dns")).Good();
        (await BindAsync("cluster-admin")).Good();
        Assert.Contains("is attempting to grant RBAC permissions not currently held:", (await BindAsync("system:kube-scheduler")).Refused(403, "Forbidden"));
        Assert.Equal("clusterroles.rbac.authorization.k8s.io \"none\" not found", (await BindAsync("none")).Refused(404, "NotFound"));

        Task<Answer> BindAsync(string role) => ServedApi.SendAsync(
            client,
            "POST",
            $"{Rbac}/clusterrolebindings",
            $$$"""{"metadata":{"name":"{{{user}}}-{{{role}}}"},"roleRef":{"kind":"ClusterRole","name":"{{{role}}}"},"subjects":[{"kind":"User","name":"somebody"}]}""");
    }

    [Fact]
    public async Task What_the_garbage_collector_changes_grants_nothing()
    {
        var (_, client) = await UserAsync("""{"verbs":["patch"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}""");
        using var __ = client;
        (await api.PostAsync($"{Rbac}/clusterroles", Role("collected", """{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"""))).Good();
        (await ServedApi.SendAsync(
            client, "PATCH", $"{Rbac}/clusterroles/collected", """{"metadata":{"finalizers":["example.com/a"]}}""", "application/merge-patch+json")).Good();
        (await ServedApi.SendAsync(
            client, "PATCH", $"{Rbac}/clusterroles/collected", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json")).Refused(403, "Forbidden");
    }

    /// <summary>Somebody with these rights in the whole cluster.</summary>
    private async Task<(string Name, HttpClient Client)> UserAsync(string rules)
    {
        var name = $"writer-{Interlocked.Increment(ref _users)}";
        (await api.PostAsync($"{Rbac}/clusterroles", Role(name, rules))).Good();
        (await api.PostAsync(
            $"{Rbac}/clusterrolebindings",
            $$$"""{"metadata":{"name":"{{{name}}}"},"roleRef":{"kind":"ClusterRole","name":"{{{name}}}"},"subjects":[{"kind":"User","name":"{{{name}}}"}]}""")).Good();
        return (name, api.ClientOf(api.Issue(name)));
    }

    private static string Role(string name, string rules) => $$$"""{"metadata":{"name":"{{{name}}}"},"rules":[{{{rules}}}]}""";
}
