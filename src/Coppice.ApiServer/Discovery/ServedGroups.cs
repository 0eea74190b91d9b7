using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Discovery;

/// <summary>Everything the server answers for: the kinds of the catalog, and the resources that are asked but never stored.</summary>
public static class ServedGroups
{
    private static readonly string[] EveryVerb = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] ReadAndChange = ["get", "patch", "update"];
    private static readonly string[] Create = ["create"];
    private static readonly string[] Connect = ["create", "get"];

    private static readonly string[] EveryMethod = ["create", "delete", "get", "patch", "update"];

    /// <summary>Questions that are answered at once and leave nothing behind.</summary>
    private static readonly ServedResource[] NeverStored =
    [
        Question<Binding>("", "bindings", namespaced: true),
        Question<SelfSubjectReview>("authentication.k8s.io", "selfsubjectreviews"),
        Question<TokenReview>("authentication.k8s.io", "tokenreviews"),
        Question<LocalSubjectAccessReview>("authorization.k8s.io", "localsubjectaccessreviews", namespaced: true),
        Question<SelfSubjectAccessReview>("authorization.k8s.io", "selfsubjectaccessreviews"),
        Question<SelfSubjectRulesReview>("authorization.k8s.io", "selfsubjectrulesreviews"),
        Question<SubjectAccessReview>("authorization.k8s.io", "subjectaccessreviews"),
    ];

    /// <summary>kubectl looks for this group before it evicts, even where it serves no resource of its own.</summary>
    private static readonly (string Group, string Version) EvictionGroup = ("policy", "v1");

    /// <summary>
    /// Kubernetes' order of groups. Where two groups share a short name, clients take the first: "events" are those of the core group.
    /// </summary>
    private static readonly string[] GroupOrder =
    [
        "", "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch",
        "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
        "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io",
        "discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io",
    ];

    public static IReadOnlyList<ServedGroup> Of(IEnumerable<Kind> catalog)
    {
        var resources = catalog.Select(Stored).Concat(NeverStored).ToLookup(r => (r.Kind.Group, r.Kind.Version));
        return
        [
            .. resources.Select(v => v.Key).Append(EvictionGroup).Distinct()
                .Select(v => new ServedVersion(v.Group, v.Version, [.. resources[v].OrderBy(r => r.Name, StringComparer.Ordinal)]))
                .GroupBy(v => v.Group)
                .OrderBy(g => Order(g.Key)).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new ServedGroup(g.Key, [.. g.OrderByDescending(v => v.Version, StringComparer.Ordinal)])),
        ];
    }

    private static int Order(string group) => Array.IndexOf(GroupOrder, group) is >= 0 and var at ? at : GroupOrder.Length;

    private static ServedResource Question<T>(string group, string name, bool namespaced = false)
        where T : KubernetesObject =>
        new(name, typeof(T).Name.ToLowerInvariant(), new KindName(group, "v1", typeof(T).Name), namespaced, Create, typeof(T));

    private static ServedResource Stored(Kind kind) =>
        new(
            kind.Resource,
            kind.Singular,
            new KindName(kind.Group, kind.Version, kind.Name),
            kind.Namespaced,
            // Namespaces are let go of one by one, never as a collection.
            kind.Has(Subresources.Finalize) ? [.. EveryVerb.Where(v => v != "deletecollection")] : EveryVerb,
            kind.Type)
        {
            ShortNames = kind.ShortNames,
            Categories = kind.Categories,
            Subresources = [.. SubresourcesOf(kind).OrderBy(s => s.Name, StringComparer.Ordinal)],
        };

    private static IEnumerable<ServedSubresource> SubresourcesOf(Kind kind)
    {
        var own = new KindName(kind.Group, kind.Version, kind.Name);
        if (kind.Has(Subresources.Status))
        {
            yield return new("status", own, ReadAndChange, kind.Type);
        }

        if (kind.Has(Subresources.Scale))
        {
            yield return new("scale", new("autoscaling", "v1", "Scale"), ReadAndChange, typeof(Scale));
        }

        if (kind.Has(Subresources.Proxy))
        {
            yield return new("proxy", own with { Kind = $"{kind.Name}ProxyOptions" }, EveryMethod, null);
        }

        if (kind.Has(Subresources.Finalize))
        {
            yield return new("finalize", own, ["update"], kind.Type);
        }

        if (kind.Has(Subresources.Token))
        {
            yield return new("token", new("authentication.k8s.io", "v1", "TokenRequest"), Create, typeof(TokenRequest));
        }

        if (kind.Has(Subresources.Pod))
        {
            yield return new("attach", own with { Kind = "PodAttachOptions" }, Connect, null);
            yield return new("binding", own with { Kind = "Binding" }, Create, typeof(Binding));
            yield return new("ephemeralcontainers", own, ReadAndChange, kind.Type);
            yield return new("eviction", new("policy", "v1", "Eviction"), Create, typeof(Eviction));
            yield return new("exec", own with { Kind = "PodExecOptions" }, Connect, null);
            yield return new("log", own, ["get"], null);
            yield return new("portforward", own with { Kind = "PodPortForwardOptions" }, Connect, null);
            yield return new("resize", own, ReadAndChange, kind.Type);
        }
    }
}
