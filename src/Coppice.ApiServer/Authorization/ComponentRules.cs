using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;

namespace Coppice.ApiServer.Authorization;

/// <summary>
/// What the components on nodes may do over HTTP: what Kubernetes' roles system:node and system:node-proxier give them for what we do,
/// and a node's own object and lease are the only ones of their kinds that it writes.
/// </summary>
internal static class ComponentRules
{
    private const string NodePrefix = "system:node:";

    private static readonly string[] Read = ["get", "list", "watch"];

    // With what CoreDNS has in clusters that run it apart: the names of namespaces.
    private static readonly ResourceRule[] Proxy =
    [
        Rule(["get", "list", "watch"], "", "services", "endpoints", "nodes", "pods", "namespaces"),
        Rule(["list", "watch"], "discovery.k8s.io", "endpointslices"),
        Rule(["create", "patch", "update"], "", "events"),
    ];

    public static IReadOnlyList<ResourceRule> Of(UserInfo user) =>
        user.IsIn(Users.Nodes) && user.Name.StartsWith(NodePrefix, StringComparison.Ordinal) ? NodeRules(user.Name[NodePrefix.Length..])
        : user.Name == "system:kube-proxy" ? Proxy
        : [];

    public static bool Allow(UserInfo user, ApiRequest request) => request.Resource is { } resource && Of(user).Any(rule =>
        rule.Verbs.Contains(request.Verb)
        && rule.ApiGroups.Contains(resource.Group)
        && rule.Resources.Contains(request.Subresource is null ? resource.Resource : $"{resource.Resource}/{request.Subresource}")
        && (rule.ResourceNames.IsEmpty || rule.ResourceNames.Contains(request.Name ?? "")));

    private static ResourceRule[] NodeRules(string node) =>
    [
        Rule(["create"], "authentication.k8s.io", "tokenreviews"),
        Rule(["create"], "authorization.k8s.io", "subjectaccessreviews", "localsubjectaccessreviews"),
        Rule(Read, "", "services", "pods", "configmaps", "secrets", "nodes"),
        Rule(["create"], "", "nodes"),
        Rule(["patch", "update"], "", "nodes", "nodes/status") with { ResourceNames = [node] },
        Rule(["create", "patch", "update"], "", "events"),
        Rule(["create", "delete"], "", "pods"),
        Rule(["patch", "update"], "", "pods/status"),
        Rule(["create"], "", "pods/eviction", "serviceaccounts/token"),
        Rule(["create"], "coordination.k8s.io", "leases"),
        Rule(["delete", "get", "patch", "update"], "coordination.k8s.io", "leases") with { ResourceNames = [node] },
    ];

    private static ResourceRule Rule(string[] verbs, string group, params string[] resources) =>
        new() { Verbs = verbs.ToValueList(), ApiGroups = [group], Resources = resources.ToValueList() };
}
