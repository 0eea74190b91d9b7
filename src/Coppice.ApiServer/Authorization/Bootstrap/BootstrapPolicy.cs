using System.Net;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Objects.Rbac;
using static Coppice.ApiServer.Authorization.Bootstrap.RoleText;

namespace Coppice.ApiServer.Authorization.Bootstrap;

/// <summary>
/// The roles and bindings that every cluster has from the start. At each start what is missing of them is added, as a newer version may
/// bring more; what an administrator has added stays, and so does all of an object with the annotation autoupdate "false".
/// </summary>
public static class BootstrapPolicy
{
    private const string Authenticated = Users.Authenticated;

    internal static readonly ClusterRole[] ClusterRoles = [.. UserRoles.All, .. ComponentRoles.All, .. ControllerRoles.All, .. OwnRoles.All];

    internal static readonly ClusterRoleBinding[] ClusterRoleBindings =
    [
        Bind("cluster-admin", Group(Users.Masters)),
        Bind("system:monitoring", Group("system:monitoring")),
        Bind("system:discovery", Group(Authenticated)),
        Bind("system:basic-user", Group(Authenticated)),
        Bind("system:public-info-viewer", Group(Authenticated), Group(Users.Unauthenticated)),
        Bind("system:node-proxier", User("system:kube-proxy")),
        Bind("system:kube-controller-manager", User("system:kube-controller-manager")),
        Bind("system:kube-dns", Account("kube-dns")),
        Bind("system:coredns", Account("coredns"), User("system:kube-proxy")),
        Bind("system:kube-scheduler", User("system:kube-scheduler")),
        Bind("system:volume-scheduler", User("system:kube-scheduler")),

        // Nobody: nodes come by the node authorizer.
        Bind("system:node"),
        Bind("system:service-account-issuer-discovery", Group("system:serviceaccounts")),
        .. ControllerRoles.Bindings,
        .. OwnRoles.Bindings,
    ];

    /// <summary>Writes what is missing, many at a time; the namespaces must be there.</summary>
    public static Task EnsureAsync(IApiClient api, CancellationToken stop) => Task.WhenAll(
    [
        .. ClusterRoles.Select(role => EnsureAsync(api, role, old => Complete(role, old), stop)),
        .. ClusterRoleBindings.Select(binding => EnsureAsync(api, binding, old => Complete(binding, old), stop)),
        .. NamespaceRoles.All.Select(role => EnsureAsync(api, role, old => Complete(role, old), stop)),
        .. NamespaceRoles.Bindings.Select(binding => EnsureAsync(api, binding, old => Complete(binding, old), stop)),
    ]);

    /// <param name="complete">What is there with what it lacks; null if it is for another role, which cannot be changed.</param>
    private static async Task EnsureAsync<T>(IApiClient api, T wanted, Func<T, T?> complete, CancellationToken stop) where T : KubernetesObject
    {
        var key = ObjectKey.Of(wanted);
        if (await api.FindAsync<T>(key, stop) is not { } old)
        {
            await CreateAsync(api, wanted, stop);
        }
        else if (old.Metadata.Annotations.Find(AutoUpdate) == "false")
        {
            // An administrator looks after it.
        }
        else if (complete(old) is not { } completed)
        {
            await api.DeleteAsync<T>(key, new DeleteOptions { Preconditions = new Preconditions { Uid = old.Metadata.Uid } }, stop);
            await CreateAsync(api, wanted, stop);
        }
        else if (!completed.Equals(old))
        {
            await api.UpdateAsync(completed, stop);
        }
    }

    private static async Task CreateAsync<T>(IApiClient api, T wanted, CancellationToken stop) where T : KubernetesObject
    {
        try
        {
            await api.CreateAsync(wanted, stop);
        }
        catch (ApiException taken) when (taken.Status.Code == (int)HttpStatusCode.Conflict)
        {
            // Another server was quicker, with the same.
        }
    }

    private static ClusterRole Complete(ClusterRole wanted, ClusterRole old) => old with
    {
        Metadata = Complete(wanted.Metadata, old.Metadata),
        Rules = Complete(wanted.Rules, old.Rules),
        AggregationRule = old.AggregationRule ?? wanted.AggregationRule,
    };

    private static Role Complete(Role wanted, Role old) => old with { Metadata = Complete(wanted.Metadata, old.Metadata), Rules = Complete(wanted.Rules, old.Rules) };

    private static ClusterRoleBinding? Complete(ClusterRoleBinding wanted, ClusterRoleBinding old) => old.RoleRef != wanted.RoleRef ? null : old with
    {
        Metadata = Complete(wanted.Metadata, old.Metadata),
        Subjects = Complete(wanted.Subjects, old.Subjects),
    };

    private static RoleBinding? Complete(RoleBinding wanted, RoleBinding old) => old.RoleRef != wanted.RoleRef ? null : old with
    {
        Metadata = Complete(wanted.Metadata, old.Metadata),
        Subjects = Complete(wanted.Subjects, old.Subjects),
    };

    private static ValueList<PolicyRule> Complete(ValueList<PolicyRule> wanted, ValueList<PolicyRule> old) =>
        [.. old, .. wanted.Where(rule => RuleCoverage.Missing([.. old], [rule]).Count > 0)];

    private static ValueList<Subject> Complete(ValueList<Subject> wanted, ValueList<Subject> old) => [.. old, .. wanted.Except(old)];

    private static ObjectMeta Complete(ObjectMeta wanted, ObjectMeta old) => old with
    {
        Labels = wanted.Labels.With(old.Labels),
        Annotations = wanted.Annotations.With(old.Annotations),
    };
}
