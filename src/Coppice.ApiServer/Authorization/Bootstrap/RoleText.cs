using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Authorization.Bootstrap;

/// <summary>Roles in a line a rule: words with spaces between them, each list in the order of its letters as Kubernetes keeps it.</summary>
internal static class RoleText
{
    public const string Core = "core";
    public const string Read = "get list watch";
    public const string Write = "create delete deletecollection patch update";
    public const string ReadWrite = $"{Read} {Write}";

    /// <summary>An administrator who sets it to false keeps an object as it is.</summary>
    public const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

    private const string AggregateLabel = "rbac.authorization.k8s.io/aggregate-to-";

    public static readonly PolicyRule Events = Allow("create patch update", "core events.k8s.io", "events");

    /// <param name="groups">"core" is the one without a name.</param>
    /// <param name="names">Of the only objects that it is for; empty for all.</param>
    public static PolicyRule Allow(string verbs, string groups, string resources, string names = "") => new()
    {
        Verbs = Words(verbs),
        ApiGroups = Words(groups).Select(group => group == Core ? "" : group).Order(StringComparer.Ordinal).ToValueList(),
        Resources = Words(resources),
        ResourceNames = Words(names),
    };

    public static PolicyRule AllowPaths(string verbs, string paths) => new() { Verbs = Words(verbs), NonResourceUrls = Words(paths) };

    public static ClusterRole Cluster(string name, params PolicyRule[] rules) => new() { Metadata = Meta(name), Rules = [.. rules] };

    /// <summary>A role whose rules go into another, which is made of such.</summary>
    public static ClusterRole AddedTo(this ClusterRole role, string whole) =>
        role with { Metadata = role.Metadata with { Labels = role.Metadata.Labels.With(AggregateLabel + whole, "true") } };

    /// <summary>A role that is made of others.</summary>
    public static ClusterRole Whole(string name) => new()
    {
        Metadata = Meta(name),
        AggregationRule = new() { ClusterRoleSelectors = [new() { MatchLabels = ValueMap.Of((AggregateLabel + name, "true")) }] },
    };

    public static Role In(string space, string name, params PolicyRule[] rules) =>
        new() { Metadata = Meta(name) with { Namespace = space }, Rules = [.. rules] };

    /// <summary>Gives the ClusterRole of the same name.</summary>
    public static ClusterRoleBinding Bind(string name, params Subject[] subjects) =>
        new() { Metadata = Meta(name), RoleRef = Ref("ClusterRole", name), Subjects = [.. subjects] };

    /// <param name="role">In the same namespace.</param>
    public static RoleBinding BindIn(string space, string name, string role, params Subject[] subjects) =>
        new() { Metadata = Meta(name) with { Namespace = space }, RoleRef = Ref("Role", role), Subjects = [.. subjects] };

    public static Subject User(string name) => new() { Kind = SubjectKind.User, ApiGroup = RbacValidation.Group, Name = name };

    public static Subject Group(string name) => new() { Kind = SubjectKind.Group, ApiGroup = RbacValidation.Group, Name = name };

    /// <summary>A service account of kube-system.</summary>
    public static Subject Account(string name) => new() { Kind = SubjectKind.ServiceAccount, Namespace = "kube-system", Name = name };

    private static RoleRef Ref(string kind, string name) => new() { ApiGroup = RbacValidation.Group, Kind = kind, Name = name };

    private static ObjectMeta Meta(string name) => new()
    {
        Name = name,
        Labels = ValueMap.Of(("kubernetes.io/bootstrapping", "rbac-defaults")),
        Annotations = ValueMap.Of((AutoUpdate, "true")),
    };

    private static ValueList<string> Words(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToValueList();
}
