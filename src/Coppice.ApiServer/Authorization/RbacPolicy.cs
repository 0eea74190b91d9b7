using System.Collections.Immutable;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Authorization;

/// <summary>The roles and bindings of one moment.</summary>
internal sealed record RbacObjects(
    ImmutableSortedDictionary<ObjectKey, Role> Roles,
    ImmutableSortedDictionary<ObjectKey, ClusterRole> ClusterRoles,
    ImmutableSortedDictionary<ObjectKey, RoleBinding> RoleBindings,
    ImmutableSortedDictionary<ObjectKey, ClusterRoleBinding> ClusterRoleBindings)
{
    public bool IsSame(RbacObjects other) => ReferenceEquals(Roles, other.Roles) && ReferenceEquals(ClusterRoles, other.ClusterRoles)
        && ReferenceEquals(RoleBindings, other.RoleBindings) && ReferenceEquals(ClusterRoleBindings, other.ClusterRoleBindings);
}

/// <summary>
/// What the roles and bindings of one moment come to, arranged by who asks: what a decision takes does not grow with what others are given.
/// Never changed after it is made.
/// </summary>
internal sealed class RbacPolicy
{
    private readonly RbacObjects _objects;
    private readonly Scope _cluster = new();
    private readonly Dictionary<string, Scope> _namespaces = new(StringComparer.Ordinal);

    public RbacPolicy(RbacObjects objects)
    {
        _objects = objects;
        foreach (var binding in objects.ClusterRoleBindings.Values)
        {
            Add(_cluster, binding.Metadata.Name!, "", binding.RoleRef, binding.Subjects);
        }

        foreach (var (key, binding) in objects.RoleBindings)
        {
            if (!_namespaces.TryGetValue(key.Namespace, out var scope))
            {
                _namespaces[key.Namespace] = scope = new Scope();
            }

            Add(scope, key.Name, key.Namespace, binding.RoleRef, binding.Subjects);
        }
    }

    public bool IsOf(RbacObjects objects) => _objects.IsSame(objects);

    public AccessDecision Decide(UserInfo user, AccessRequest request)
    {
        if ((Find(_cluster, user, request) ?? (ScopeOf(request.Namespace) is { } scope ? Find(scope, user, request) : null)) is { } grant)
        {
            return new(true, grant.Reason);
        }

        var problems = GrantsOf(user, request.Namespace).Where(one => one.Missing).Select(one => one.Problem).Distinct().ToList();
        return new(false, problems.Count == 0 ? "" : $"RBAC: {Grant.Join(problems)}");
    }

    /// <summary>Everything that somebody is given in a namespace and in the whole cluster.</summary>
    /// <param name="space">Empty for the whole cluster alone.</param>
    public IEnumerable<Grant> GrantsOf(UserInfo user, string space) =>
        ScopeOf(space) is { } scope ? _cluster.Of(user).Concat(scope.Of(user)) : _cluster.Of(user);

    /// <summary>The rules of a role; null if it is not there.</summary>
    public ValueList<PolicyRule>? RulesOf(RoleRef role, string space) => role.Kind == "Role"
        ? _objects.Roles.GetValueOrDefault(new ObjectKey(space, role.Name))?.Rules
        : _objects.ClusterRoles.GetValueOrDefault(new ObjectKey("", role.Name))?.Rules;

    private static Grant? Find(Scope scope, UserInfo user, AccessRequest request)
    {
        if (scope.Users.TryGetValue(user.Name, out var own) && own.Find(request) is { } found)
        {
            return found;
        }

        foreach (var group in user.Groups)
        {
            if (scope.Groups.TryGetValue(group, out var given) && given.Find(request) is { } ofGroup)
            {
                return ofGroup;
            }
        }

        return null;
    }

    private Scope? ScopeOf(string space) => space.Length == 0 ? null : _namespaces.GetValueOrDefault(space);

    private void Add(Scope scope, string binding, string space, RoleRef role, ValueList<Subject> subjects)
    {
        var rules = RulesOf(role, space);
        foreach (var subject in subjects)
        {
            var grant = new Grant(binding, space, role, subject, rules ?? default, Missing: rules is null);
            switch (subject.Kind)
            {
                case SubjectKind.User:
                    Scope.Add(scope.Users, subject.Name, grant);
                    break;
                case SubjectKind.Group:
                    Scope.Add(scope.Groups, subject.Name, grant);
                    break;
                case SubjectKind.ServiceAccount when (subject.Namespace ?? space) is { Length: > 0 } home:
                    Scope.Add(scope.Users, $"{Users.AccountPrefix}{home}:{subject.Name}", grant);
                    break;
            }
        }
    }

    /// <summary>What is given in one namespace, or in the whole cluster. Service accounts are users.</summary>
    private sealed class Scope
    {
        public Dictionary<string, SubjectGrants> Users { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SubjectGrants> Groups { get; } = new(StringComparer.Ordinal);

        public static void Add(Dictionary<string, SubjectGrants> grants, string name, Grant grant)
        {
            if (!grants.TryGetValue(name, out var given))
            {
                grants[name] = given = new SubjectGrants();
            }

            given.Add(grant);
        }

        public IEnumerable<Grant> Of(UserInfo user) =>
            user.Groups.Select(Groups.GetValueOrDefault).Prepend(Users.GetValueOrDefault(user.Name)).SelectMany(given => given?.All ?? []);
    }
}
