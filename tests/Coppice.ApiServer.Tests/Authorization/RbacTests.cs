using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Authorization;

/// <summary>What roles and bindings give, and to whom; and what is said where they give nothing.</summary>
public sealed class RbacTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
    private const string Reviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

    [Fact]
    public async Task What_is_not_given_is_refused_in_Kubernetes_words()
    {
        using var jane = api.ClientOf(api.Issue("jane"));
        await AssertRefusedAsync(
            jane, "GET", "/api/v1/namespaces/default/pods", "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"");
        await AssertRefusedAsync(
            jane, "GET", "/api/v1/pods", "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" at the cluster scope");
        await AssertRefusedAsync(
            jane, "GET", "/api/v1/pods?watch=1", "pods is forbidden: User \"jane\" cannot watch resource \"pods\" in API group \"\" at the cluster scope");
        await AssertRefusedAsync(
            jane,
            "GET",
            "/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Dp",
            "pods \"p\" is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"");
        await AssertRefusedAsync(
            jane,
            "GET",
            "/apis/apps/v1/namespaces/default/deployments/d/scale",
            "deployments.apps \"d\" is forbidden: User \"jane\" cannot get resource \"deployments/scale\" in API group \"apps\" in the namespace \"default\"");
        await AssertRefusedAsync(
            jane,
            "DELETE",
            "/api/v1/namespaces/default",
            "namespaces \"default\" is forbidden: User \"jane\" cannot delete resource \"namespaces\" in API group \"\" in the namespace \"default\"");
        await AssertRefusedAsync(jane, "GET", "/metrics", "forbidden: User \"jane\" cannot get path \"/metrics\"");
    }

    [Fact]
    public async Task A_change_of_a_binding_or_of_its_role_holds_for_the_next_request()
    {
        var space = await api.NewNamespaceAsync();
        var name = space.Split('/')[^1];
        using var kim = api.ClientOf(api.Issue("kim"));
        var roles = $"{Rbac}/namespaces/{name}/roles";
        var bindings = $"{Rbac}/namespaces/{name}/rolebindings";
        (await api.PostAsync(bindings, Binding("b", "Role", "r", """{"kind":"User","name":"kim"}"""))).Good();
        await AssertRefusedAsync(
            kim,
            "GET",
            $"{space}/configmaps",
            $"configmaps is forbidden: User \"kim\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"{name}\": RBAC: role.rbac.authorization.k8s.io \"r\" not found");

        (await api.PostAsync(roles, Role("r", """{"verbs":["list"],"apiGroups":[""],"resources":["configmaps"]}"""))).Good();
        (await ServedApi.SendAsync(kim, "GET", $"{space}/configmaps")).Good();
        (await ServedApi.SendAsync(kim, "GET", $"{space}/configmaps/none")).Refused(403, "Forbidden");
        (await ServedApi.SendAsync(kim, "GET", "/api/v1/configmaps")).Refused(403, "Forbidden");

        await api.SendAsync("DELETE", $"{bindings}/b");
        (await ServedApi.SendAsync(kim, "GET", $"{space}/configmaps")).Refused(403, "Forbidden");
    }

    [Theory]
    [InlineData("get", "", "pods", "", "p", """{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""", true)]
    [InlineData("get", "", "pods", "log", "p", """{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""", false)]
    [InlineData("get", "", "pods", "log", "p", """{"verbs":["*"],"apiGroups":["*"],"resources":["pods/log"]}""", true)]
    [InlineData("update", "apps", "deployments", "scale", "d", """{"verbs":["update"],"apiGroups":["apps"],"resources":["*/scale"]}""", true)]
    [InlineData("update", "apps", "deployments", "status", "d", """{"verbs":["update"],"apiGroups":["apps"],"resources":["*/scale"]}""", false)]
    [InlineData("update", "apps", "deployments", "", "d", """{"verbs":["update"],"apiGroups":["apps"],"resources":["*/scale"]}""", false)]
    [InlineData("get", "", "pods", "log", "p", """{"verbs":["get"],"apiGroups":[""],"resources":["*"]}""", true)]
    [InlineData("get", "apps", "deployments", "", "d", """{"verbs":["get"],"apiGroups":[""],"resources":["*"]}""", false)]
    [InlineData("get", "", "secrets", "", "mine", """{"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"]}""", true)]
    [InlineData("get", "", "secrets", "", "other", """{"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"]}""", false)]
    [InlineData("list", "", "secrets", "", "", """{"verbs":["list"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"]}""", false)]
    public async Task A_rule_allows(string verb, string group, string resource, string subresource, string name, string rule, bool allowed)
    {
        var subject = $"rule-{Guid.NewGuid():n}";
        (await api.PostAsync($"{Rbac}/clusterroles", Role(subject, rule))).Good();
        (await api.PostAsync($"{Rbac}/clusterrolebindings", Binding(subject, "ClusterRole", subject, $$"""{"kind":"Group","name":"{{subject}}"}"""))).Good();
        var (isAllowed, reason) = await AskAsync(
            $$"""{"user":"u","groups":["{{subject}}"],"resourceAttributes":{"verb":"{{verb}}","group":"{{group}}","resource":"{{resource}}","subresource":"{{subresource}}","name":"{{name}}","namespace":"default"} }""");

        Assert.Equal(allowed, isAllowed);
        Assert.Equal(allowed ? $"RBAC: allowed by ClusterRoleBinding \"{subject}\" of ClusterRole \"{subject}\" to Group \"{subject}\"" : "", reason);
    }

    [Theory]
    [InlineData("/logs/a", """["/logs/*"]""", true)]
    [InlineData("/logs", """["/logs/*"]""", false)]
    [InlineData("/logs", """["/logs*"]""", true)]
    [InlineData("/other", """["*"]""", true)]
    [InlineData("/logs/a", """["/logs"]""", false)]
    public async Task A_rule_of_paths_allows(string path, string urls, bool allowed)
    {
        var subject = $"paths-{Guid.NewGuid():n}";
        (await api.PostAsync($"{Rbac}/clusterroles", Role(subject, $$"""{"verbs":["get"],"nonResourceURLs":{{urls}}}"""))).Good();
        (await api.PostAsync($"{Rbac}/clusterrolebindings", Binding(subject, "ClusterRole", subject, $$"""{"kind":"User","name":"{{subject}}"}"""))).Good();
        Assert.Equal(allowed, (await AskAsync($$"""{"user":"{{subject}}","nonResourceAttributes":{"verb":"get","path":"{{path}}"} }""")).Allowed);
        Assert.False((await AskAsync($$"""{"user":"{{subject}}","nonResourceAttributes":{"verb":"post","path":"{{path}}"} }""")).Allowed);
    }

    [Fact]
    public async Task A_cluster_role_that_is_bound_in_a_namespace_holds_there_alone_and_for_service_accounts_of_it()
    {
        var space = await api.NewNamespaceAsync();
        var name = space.Split('/')[^1];
        const string Subject = """{"kind":"ServiceAccount","name":"robot"}""";
        (await api.PostAsync($"{Rbac}/namespaces/{name}/rolebindings", Binding("b", "ClusterRole", "cluster-admin", Subject))).Good();

        Assert.Equal(
            (true, $"RBAC: allowed by RoleBinding \"b/{name}\" of ClusterRole \"cluster-admin\" to ServiceAccount \"robot/{name}\""),
            await AskAsync($$"""{"user":"system:serviceaccount:{{name}}:robot","resourceAttributes":{"verb":"delete","resource":"namespaces","name":"{{name}}","namespace":"{{name}}"} }"""));
        Assert.False((await AskAsync(
            $$"""{"user":"system:serviceaccount:{{name}}:robot","resourceAttributes":{"verb":"delete","resource":"pods","namespace":"default"} }""")).Allowed);
        Assert.False((await AskAsync(
            $$"""{"user":"system:serviceaccount:other:robot","resourceAttributes":{"verb":"delete","resource":"pods","namespace":"{{name}}"} }""")).Allowed);
    }

    [Fact]
    public async Task Somebody_sees_all_that_is_given_and_what_is_missing()
    {
        var space = await api.NewNamespaceAsync();
        var name = space.Split('/')[^1];
        (await api.PostAsync($"{Rbac}/namespaces/{name}/rolebindings", Binding("b", "ClusterRole", "system:kube-dns", """{"kind":"User","name":"lee"}"""))).Good();
        (await api.PostAsync($"{Rbac}/namespaces/{name}/rolebindings", Binding("c", "Role", "none", """{"kind":"User","name":"lee"}"""))).Good();
        using var lee = api.ClientOf(api.Issue("lee"));
        var asked = await ServedApi.SendAsync(lee, "POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", $$$"""{"spec":{"namespace":"{{{name}}}"} }""");
        var status = asked.Good().Body!["status"]!;

        Assert.Contains("""{"verbs":["list","watch"],"apiGroups":[""],"resources":["endpoints","services"]}""", status["resourceRules"]!.AsArray().Select(rule => rule!.ToJsonString()));
        Assert.Equal("role.rbac.authorization.k8s.io \"none\" not found", (string?)status["evaluationError"]);
        Assert.True((bool?)status["incomplete"]);
    }

    private async Task<(bool Allowed, string Reason)> AskAsync(string spec)
    {
        var status = (await api.PostAsync(Reviews, $$$"""{"spec":{{{spec}}}}""")).Good().Body!["status"]!;
        return ((bool)status["allowed"]!, (string?)status["reason"] ?? "");
    }

    private static async Task AssertRefusedAsync(HttpClient client, string method, string path, string message) =>
        Assert.Equal(message, (await ServedApi.SendAsync(client, method, path)).Refused(403, "Forbidden"));

    private static string Role(string name, string rule) => $$$"""{"metadata":{"name":"{{{name}}}"},"rules":[{{{rule}}}]}""";

    private static string Binding(string name, string kind, string role, string subject) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"roleRef":{"kind":"{{{kind}}}","name":"{{{role}}}"},"subjects":[{{{subject}}}]}""";
}
