using System.Security.Cryptography;
using System.Text;
using Coppice.ApiServer.Kinds;
using Coppice.Objects;

namespace Coppice.ApiServer.Discovery;

/// <summary>Everything the server answers for: the kinds of the registry, and the resources that are asked but never stored.</summary>
public static class ServedGroups
{
    private static readonly string[] Create = ["create"];

    /// <summary>Questions that are answered at once and leave nothing behind.</summary>
    private static readonly IReadOnlyList<Kind> Questions =
    [
        UnstoredKinds.Binding,
        UnstoredKinds.SelfSubjectReview,
        UnstoredKinds.TokenReview,
        UnstoredKinds.LocalSubjectAccessReview,
        UnstoredKinds.SelfSubjectAccessReview,
        UnstoredKinds.SelfSubjectRulesReview,
        UnstoredKinds.SubjectAccessReview,
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

    public static IReadOnlyList<ServedGroup> Of(IEnumerable<ServedKind> kinds)
    {
        var resources = kinds.Select(Stored).Concat(Questions.Select(Question)).ToLookup(r => (r.Kind.Group, r.Kind.Version));
        return
        [
            .. resources.Select(v => v.Key).Append(EvictionGroup).Distinct()
                .Select(v => new ServedVersion(v.Group, v.Version, [.. resources[v].OrderBy(r => r.Name, StringComparer.Ordinal)]))
                .GroupBy(v => v.Group)
                .OrderBy(g => Order(g.Key)).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new ServedGroup(g.Key, [.. g.OrderBy(v => v.Version, VersionOrder.Instance)])),
        ];
    }

    private static int Order(string group) => Array.IndexOf(GroupOrder, group) is >= 0 and var at ? at : GroupOrder.Length;

    private static ServedResource Question(Kind kind) =>
        new(kind.Resource, kind.Singular, KindName.Of(kind), kind.Namespaced, Create, kind.Schema);

    private static ServedResource Stored(ServedKind served)
    {
        var kind = served.Kind;
        return new(kind.Resource, kind.Singular, KindName.Of(kind), kind.Namespaced, served.Verbs, kind.Schema)
        {
            ListName = kind.ListName,
            ShortNames = kind.ShortNames,
            Categories = kind.Categories,
            StorageVersionHash = served.Source is null ? HashOf(kind.Stored) : null,
            AnswersDeleted = served.AnswersDeleted,
            IsTextOnly = kind.Format.Numbered is null,
            Subresources = served.Subresources,
        };
    }

    /// <summary>Kubernetes' own: eight bytes of the hash of the group, the version and the kind.</summary>
    private static string HashOf(Kind stored) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{stored.Group}/{stored.Version}/{stored.Name}")).AsSpan(0, 8));
}
