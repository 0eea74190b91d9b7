using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Authorization;

/// <summary>What the agent of a node may read and write: what its pods need, and itself.</summary>
public sealed class NodeTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Unrelated = "no relationship found between node 'n1' and this object";

    [Fact]
    public async Task A_node_reads_what_its_pods_need_and_nothing_else()
    {
        var space = await api.NewNamespaceAsync();
        const string Volumes = """
            "volumes":[
                {"name":"a","secret":{"secretName":"of-volume"}},{"name":"b","configMap":{"name":"settings"}},
                {"name":"c","persistentVolumeClaim":{"claimName":"disk"}},
                {"name":"d","projected":{"sources":[{"secret":{"name":"projected"}}]}}],
            "imagePullSecrets":[{"name":"of-registry"}],
            """;
        const string Variables = """
            ,"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"of-variable","key":"a"}}}],"envFrom":[{"secretRef":{"name":"of-set"}}]
            """;
        await PodAsync(space, "mine", "n1", Volumes, Variables);
        await PodAsync(space, "other", "n2", """ "volumes":[{"name":"a","secret":{"secretName":"foreign"}}], """, "");
        foreach (var secret in (string[])["of-volume", "projected", "of-registry", "of-variable", "of-set", "foreign", "lonely"])
        {
            (await api.PostAsync($"{space}/secrets", $$$"""{"metadata":{"name":"{{{secret}}}"}}""")).Good();
        }

        using var node = api.ClientOf(api.Issue("system:node:n1", "system:nodes"));
        foreach (var secret in (string[])["of-volume", "projected", "of-registry", "of-variable", "of-set"])
        {
            (await ServedApi.SendAsync(node, "GET", $"{space}/secrets/{secret}")).Good();
            (await ServedApi.SendAsync(node, "GET", $"{space}/secrets?fieldSelector=metadata.name%3D{secret}")).Good();
        }

        (await ServedApi.SendAsync(node, "GET", $"{space}/configmaps/settings")).Refused(404, "NotFound");
        (await ServedApi.SendAsync(node, "GET", $"{space}/persistentvolumeclaims/disk")).Refused(404, "NotFound");
        (await ServedApi.SendAsync(node, "GET", $"{space}/pods/mine")).Good();
        (await ServedApi.SendAsync(node, "GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1")).Good();
        Assert.EndsWith(Unrelated, await RefusedAsync(node, "GET", $"{space}/secrets/foreign"));
        Assert.EndsWith(Unrelated, await RefusedAsync(node, "GET", $"{space}/secrets/lonely"));
        Assert.EndsWith(Unrelated, await RefusedAsync(node, "GET", $"{space}/pods/other"));
        Assert.EndsWith("No Object name found", await RefusedAsync(node, "GET", $"{space}/secrets"));
        Assert.EndsWith("can only read resources of this type", await RefusedAsync(node, "POST", $"{space}/secrets", "{}"));
        Assert.EndsWith("can only read namespaced object of this type", await RefusedAsync(node, "GET", "/api/v1/secrets"));
        Assert.EndsWith("can only list/watch pods with spec.nodeName field selector", await RefusedAsync(node, "GET", "/api/v1/pods"));
        Assert.EndsWith(
            "can only list/watch pods with spec.nodeName field selector", await RefusedAsync(node, "GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn2"));
        Assert.EndsWith("node 'n1' cannot read all nodes, only its own Node object", await RefusedAsync(node, "GET", "/api/v1/nodes"));
        Assert.EndsWith("node 'n1' cannot read 'n2', only its own Node object", await RefusedAsync(node, "GET", "/api/v1/nodes/n2"));
    }

    [Fact]
    public async Task A_node_may_read_what_its_pods_need_for_as_long_as_they_are_its()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/secrets", """{"metadata":{"name":"key"}}""")).Good();
        const string Volumes = """ "volumes":[{"name":"a","secret":{"secretName":"key"}}], """;
        using var node = api.ClientOf(api.Issue("system:node:r1", "system:nodes"));
        Assert.EndsWith("no relationship found between node 'r1' and this object", await RefusedAsync(node, "GET", $"{space}/secrets/key"));

        await PodAsync(space, "pod", "r1", Volumes, "");
        (await ServedApi.SendAsync(node, "GET", $"{space}/secrets/key")).Good();
        await EndAsync("pod");
        Assert.EndsWith("no relationship found between node 'r1' and this object", await RefusedAsync(node, "GET", $"{space}/secrets/key"));

        // Another pod of that name is elsewhere.
        await PodAsync(space, "pod", "r2", Volumes, "");
        Assert.EndsWith("no relationship found between node 'r1' and this object", await RefusedAsync(node, "GET", $"{space}/secrets/key"));
        using var other = api.ClientOf(api.Issue("system:node:r2", "system:nodes"));
        (await ServedApi.SendAsync(other, "GET", $"{space}/secrets/key")).Good();

        async Task EndAsync(string pod) => (await api.SendAsync("DELETE", $"{space}/pods/{pod}", """{"gracePeriodSeconds":0}""")).Good();
    }

    [Fact]
    public async Task A_node_writes_itself_and_no_other()
    {
        using var node = api.ClientOf(api.Issue("system:node:w1", "system:nodes"));
        (await ServedApi.SendAsync(node, "POST", "/api/v1/nodes", """{"metadata":{"name":"w1","labels":{"kubernetes.io/hostname":"w1","mine":"1"}}}""")).Good();
        Assert.Equal(
            "nodes \"w2\" is forbidden: node \"w1\" is not allowed to modify node \"w2\"",
            await RefusedAsync(node, "POST", "/api/v1/nodes", """{"metadata":{"name":"w2"}}"""));
        (await api.PostAsync("/api/v1/nodes", """{"metadata":{"name":"w2"}}""")).Good();
        Assert.EndsWith("node \"w1\" is not allowed to modify node \"w2\"", await PatchRefusedAsync(node, "/api/v1/nodes/w2/status", """{"status":{}}"""));
        Assert.EndsWith("node \"w1\" is not allowed to modify taints", await PatchRefusedAsync(node, "/api/v1/nodes/w1", """{"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}}"""));
        Assert.EndsWith(
            "is not allowed to modify labels: node-restriction.kubernetes.io/a, node-role.kubernetes.io/control-plane",
            await PatchRefusedAsync(
                node, "/api/v1/nodes/w1", """{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":"","node-restriction.kubernetes.io/a":"","other":"2"}}}"""));
        Assert.EndsWith(
            "node \"w1\" is not allowed to modify ownerReferences",
            await PatchRefusedAsync(node, "/api/v1/nodes/w1", """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"b"}]}}"""));
        (await ServedApi.SendAsync(node, "PATCH", "/api/v1/nodes/w1/status", """{"status":{"capacity":{"cpu":"1"}}}""", "application/merge-patch+json")).Good();
        Assert.Contains("cannot delete resource \"nodes\"", await RefusedAsync(node, "DELETE", "/api/v1/nodes/w1"));
    }

    [Fact]
    public async Task A_node_keeps_its_own_lease()
    {
        (await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"kube-node-lease"}}""")).Good();
        const string Leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        using var node = api.ClientOf(api.Issue("system:node:l1", "system:nodes"));
        (await ServedApi.SendAsync(node, "POST", Leases, """{"metadata":{"name":"l1"}}""")).Good();
        Assert.EndsWith(
            "can only access node lease with the same name as the requesting node", await RefusedAsync(node, "POST", Leases, """{"metadata":{"name":"l2"}}"""));
        Assert.EndsWith("can only access node lease with the same name as the requesting node", await RefusedAsync(node, "GET", $"{Leases}/l2"));
        Assert.EndsWith("can only get, create, update, patch, or delete a node lease", await RefusedAsync(node, "GET", Leases));
        Assert.EndsWith(
            "can only access leases in the \"kube-node-lease\" system namespace",
            await RefusedAsync(node, "GET", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l1"));
    }

    [Fact]
    public async Task A_node_reports_on_its_own_pods_and_asks_for_their_tokens()
    {
        var space = await api.NewNamespaceAsync();
        var uid = await PodAsync(space, "mine", "t1", "", "");
        var foreign = await PodAsync(space, "other", "t2", "", "");
        using var node = api.ClientOf(api.Issue("system:node:t1", "system:nodes"));

        (await ServedApi.SendAsync(node, "PATCH", $"{space}/pods/mine/status", """{"status":{"message":"m"}}""", "application/merge-patch+json")).Good();
        Assert.EndsWith(
            "node \"t1\" cannot update labels through pod status", await PatchRefusedAsync(node, $"{space}/pods/mine/status", """{"metadata":{"labels":{"a":"b"}}}"""));
        Assert.EndsWith(
            "node \"t1\" cannot update resource claim statues",
            await PatchRefusedAsync(node, $"{space}/pods/mine/status", """{"status":{"resourceClaimStatuses":[{"name":"gpu","resourceClaimName":"c"}]}}"""));
        Assert.EndsWith(
            "node \"t1\" cannot update extended resource claim status",
            await PatchRefusedAsync(node, $"{space}/pods/mine/status", """{"status":{"extendedResourceClaimStatus":{"resourceClaimName":"c","requestMappings":[]}}}"""));
        Assert.EndsWith(
            "node \"t1\" can only update pod status for pods with spec.nodeName set to itself",
            await PatchRefusedAsync(node, $"{space}/pods/other/status", """{"status":{"message":"m"}}"""));
        Assert.EndsWith("node \"t1\" can only delete pods with spec.nodeName set to itself", await RefusedAsync(node, "DELETE", $"{space}/pods/other"));
        Assert.EndsWith(
            "node t1 can only evict pods with spec.nodeName set to itself",
            await RefusedAsync(node, "POST", $"{space}/pods/other/eviction", """{"metadata":{"name":"other"}}"""));
        Assert.EndsWith(
            "pod does not have \"kubernetes.io/config.mirror\" annotation, node \"t1\" can only create mirror pods",
            await RefusedAsync(node, "POST", $"{space}/pods", """{"metadata":{"name":"new"},"spec":{"containers":[{"name":"c","image":"i"}]}}"""));

        var tokens = $"{space}/serviceaccounts/default/token";
        (await ServedApi.SendAsync(node, "POST", tokens, Bound("mine", uid))).Good();
        Assert.EndsWith("node requested token not bound to a pod", await RefusedAsync(node, "POST", tokens, "{}"));
        Assert.EndsWith("node requested token with a pod binding without a uid", await RefusedAsync(node, "POST", tokens, Bound("mine", "")));
        Assert.EndsWith("node requested token bound to a pod scheduled on a different node", await RefusedAsync(node, "POST", tokens, Bound("other", foreign)));
        Assert.EndsWith("no relationship found between node 't1' and this object", await RefusedAsync(node, "POST", $"{space}/serviceaccounts/another/token", "{}"));

        static string Bound(string pod, string uid) => $$$"""{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"{{{pod}}}","uid":"{{{uid}}}"} } }""";
    }

    [Fact]
    public async Task Whoever_is_among_the_nodes_and_does_not_say_which_is_told_so()
    {
        using var node = api.ClientOf(api.Issue("somebody", "system:nodes"));
        Assert.EndsWith("unknown node for user \"somebody\"", await RefusedAsync(node, "GET", "/api/v1/nodes"));
    }

    private static async Task<string> RefusedAsync(HttpClient client, string method, string path, string? body = null) =>
        (await ServedApi.SendAsync(client, method, path, body)).Refused(403, "Forbidden");

    private static async Task<string> PatchRefusedAsync(HttpClient client, string path, string patch) =>
        (await ServedApi.SendAsync(client, "PATCH", path, patch, "application/merge-patch+json")).Refused(403, "Forbidden");

    /// <returns>The pod's uid.</returns>
    private async Task<string> PodAsync(string space, string name, string node, string spec, string container)
    {
        var made = await api.PostAsync(
            $"{space}/pods",
            $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"nodeName":"{{{node}}}",{{{spec}}}"containers":[{"name":"c","image":"i"{{{container}}}}]}}""");
        return (string)made.Good().Body!["metadata"]!["uid"]!;
    }
}
