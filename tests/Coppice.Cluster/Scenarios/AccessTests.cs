using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Who may do what, as kubectl makes it, asks for it and is told.</summary>
public sealed class AccessTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Roles_and_bindings_are_made_and_hold(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync(version, "create", "serviceaccount", "robot");
        await ns.RunAsync(version, "create", "role", "reader", "--verb=get,list", "--resource=configmaps,deployments.apps/scale");
        await ns.RunAsync(version, "create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={ns.Name}:robot", "--user=jane", "--group=people");
        await ns.RunAsync(version, "create", "rolebinding", "viewer", "--clusterrole=view", "--user=jane");
        string[] robot = ["--as", $"system:serviceaccount:{ns.Name}:robot"];

        Assert.Equal("yes", await MayAsync(ns, version, ["list", "configmaps", .. robot]));
        Assert.Equal("yes", await MayAsync(ns, version, ["get", "deployments.apps", "--subresource=scale", .. robot]));
        Assert.StartsWith("no", await MayAsync(ns, version, ["delete", "configmaps", .. robot]));
        Assert.StartsWith("no", await MayAsync(ns, version, ["list", "secrets", .. robot]));
        Assert.StartsWith("no", await MayAsync(ns, version, ["list", "configmaps", "-n", "kube-system", .. robot]));
        Assert.Equal("yes", await MayAsync(ns, version, ["list", "configmaps", "--as", "x", "--as-group", "people"]));
        await Eventually.SeeAsync("what view is made of", Patience, () => MayAsync(ns, version, ["watch", "pods", "--as", "jane"]), seen => seen == "yes");
        Assert.StartsWith("no", await MayAsync(ns, version, ["list", "secrets", "--as", "jane"]));
        Assert.Equal("yes", await MayAsync(ns, version, ["get", "/healthz", "--as", "jane"]));
        Assert.StartsWith("no", await MayAsync(ns, version, ["get", "/metrics", "--as", "jane"]));

        var listed = await ns.RunAsync(version, ["auth", "can-i", "--list", .. robot]);
        Assert.Matches(@"configmaps +\[\] +\[\] +\[get list\]", listed);
        var refused = await ns.TryAsync(version, ["get", "secrets", .. robot]);
        Assert.Contains(
            $"Error from server (Forbidden): secrets is forbidden: User \"system:serviceaccount:{ns.Name}:robot\" cannot list resource \"secrets\" in API group \"\" in the namespace \"{ns.Name}\"",
            refused.Error);
        Assert.Matches("reader +Role/reader +\\S+ +jane +people +" + ns.Name + "/robot", await ns.RunAsync(version, "get", "rolebindings", "-o", "wide"));
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Roles_of_the_whole_cluster_are_made_reconciled_and_not_widened_by_everybody(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        var name = $"{ns.Name}-{version}".ToLowerInvariant();
        await ns.RunAsync(version, "create", "clusterrole", name, "--verb=get", "--resource=nodes", "--non-resource-url=/metrics");
        await ns.RunAsync(version, "create", "clusterrolebinding", name, $"--clusterrole={name}", "--user=kim");
        Assert.Equal("yes", await MayAsync(ns, version, ["get", "nodes", "--as", "kim"]));
        Assert.Equal("yes", await MayAsync(ns, version, ["get", "/metrics", "--as", "kim"]));

        var wanted = $$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: {{name}}}
            rules: [{apiGroups: [""], resources: [nodes], verbs: [get, list]}]
            """;
        Assert.Contains("reconciled", (await (ns.Cluster.Kubectl.CommandFor(version, "auth", "reconcile", "-f", "-") with { Input = wanted }).RunAsync()).OrThrow());
        Assert.Equal("yes", await MayAsync(ns, version, ["list", "nodes", "--as", "kim"]));

        await ns.RunAsync(version, "create", "rolebinding", "admin", "--clusterrole=admin", "--user=lee");
        await Eventually.SeeAsync("what admin is made of", Patience, () => MayAsync(ns, version, ["create", "roles", "--as", "lee"]), seen => seen == "yes");

        // What is handed on here comes to admin by way of view and edit, which may be later.
        await Eventually.SeeAsync("what edit is made of, in admin", Patience, () => MayAsync(ns, version, ["get", "pods", "--as", "lee"]), seen => seen == "yes");
        await ns.RunAsync(version, "create", "role", "mine", "--verb=get", "--resource=pods", "--as", "lee");
        var widened = await ns.TryAsync(version, "create", "role", "more", "--verb=get", "--resource=nodes", "--as", "lee");
        Assert.Contains("is attempting to grant RBAC permissions not currently held:", widened.Error);
        await ns.RunAsync("delete", "clusterrole,clusterrolebinding", name);
    }

    [Fact]
    public async Task A_secret_gets_a_token_that_is_good_as_long_as_the_account_is_there()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("create", "serviceaccount", "robot");
        await ns.RunAsync("create", "rolebinding", "viewer", "--clusterrole=view", $"--serviceaccount={ns.Name}:robot");
        await ns.ApplyAsync(
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: robot-token, annotations: {kubernetes.io/service-account.name: robot} }
            type: kubernetes.io/service-account-token
            """);
        var encoded = await Eventually.SeeAsync("a token", Patience, () => ns.ValueAsync("secret/robot-token", ".data.token"), seen => seen.Length > 0);
        var token = System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(encoded));
        Assert.Equal(ns.Name, System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(await ns.ValueAsync("secret/robot-token", ".data.namespace"))));
        Assert.Matches(@"Tokens: +robot-token\n", await ns.RunAsync("describe", "serviceaccount", "robot"));
        await Eventually.SeeAsync("what view is made of", Patience, AsRobotAsync, seen => seen.Succeeded);
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", await ns.ValueAsync("secret/robot-token", @".metadata.labels.kubernetes\.io/legacy-token-last-used"));

        await ns.RunAsync("delete", "serviceaccount", "robot");
        Assert.Contains("must be logged in", (await AsRobotAsync()).Error);
        await Eventually.SeeAsync("no secret any more", Patience, () => ns.RunAsync("get", "secrets", "-o", "name"), seen => seen.Length == 0);

        Task<CommandResult> AsRobotAsync() => ns.TryAsync(
            KubectlVersion.Newest, "--kubeconfig", "/dev/null", "--server", "https://127.0.0.1:6443", "--insecure-skip-tls-verify", "--token", token, "get", "configmaps");
    }

    [Fact]
    public async Task Who_one_is_can_be_asked()
    {
        var ns = await shared.NewNamespaceAsync();
        Assert.Matches(@"Username +jane\n(.*\n)*UID +7|UID +7\n(.*\n)*Username +jane", await ns.RunAsync("auth", "whoami", "--as", "jane", "--as-uid", "7"));
    }

    /// <summary>"yes", or "no" and perhaps why.</summary>
    private static async Task<string> MayAsync(TestNamespace ns, KubectlVersion version, string[] what) =>
        (await ns.TryAsync(version, ["auth", "can-i", .. what])).Output.Trim();
}
