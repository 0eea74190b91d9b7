using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Authorization;

/// <summary>A role that a binding gives to a subject.</summary>
/// <param name="Binding">Its name.</param>
/// <param name="Namespace">Of the binding; empty for one of the whole cluster.</param>
/// <param name="Rules">Of the role; none if it is not there.</param>
/// <param name="Missing">The role is not there.</param>
internal sealed record Grant(string Binding, string Namespace, RoleRef Role, Subject Subject, ValueList<PolicyRule> Rules, bool Missing)
{
    /// <summary>What a decision that rests on it says.</summary>
    public string Reason => field ??= Namespace.Length == 0
        ? $"RBAC: allowed by ClusterRoleBinding {QuotedText.Of(Binding)} of {Role.Kind} {QuotedText.Of(Role.Name)} to {Describe(Subject)}"
        : $"RBAC: allowed by RoleBinding {QuotedText.Of($"{Binding}/{Namespace}")} of {Role.Kind} {QuotedText.Of(Role.Name)} to {Describe(Subject)}";

    /// <summary>What is said of a role that is not there.</summary>
    public string Problem => $"{Role.Kind.ToLowerInvariant()}.{RbacValidation.Group} {QuotedText.Of(Role.Name)} not found";

    /// <summary>Several problems as one text, as Kubernetes joins errors.</summary>
    public static string Join(IReadOnlyList<string> problems) => problems.Count == 1 ? problems[0] : $"[{string.Join(", ", problems)}]";

    private string Describe(Subject subject) => subject.Kind == SubjectKind.ServiceAccount
        ? $"{subject.Kind} {QuotedText.Of($"{subject.Name}/{subject.Namespace ?? Namespace}")}"
        : $"{subject.Kind} {QuotedText.Of(subject.Name)}";
}

/// <summary>All that one subject is given in one scope, put in order by resource when somebody first asks.</summary>
internal sealed class SubjectGrants
{
    private readonly List<Grant> _all = [];
    private Index? _index;

    public IReadOnlyList<Grant> All => _all;

    /// <summary>Only while the policy is being made.</summary>
    public void Add(Grant grant) => _all.Add(grant);

    /// <summary>The first grant that allows it; null if none does.</summary>
    public Grant? Find(AccessRequest request)
    {
        var index = _index ??= new Index(_all);
        return request.Resource is { } resource
            ? Find(index, RoleRules.All, resource.Group, request)
                ?? Find(index, request.Door, resource.Group, request)
                ?? (request.AnyDoor is { } any ? Find(index, any, resource.Group, request) : null)
            : index.Paths.Find(rule => RoleRules.Allows(rule.Rule, request))?.Grant;
    }

    private static Grant? Find(Index index, string door, string group, AccessRequest request)
    {
        if (index.ByDoor.TryGetValue(door, out var rules))
        {
            foreach (var rule in rules)
            {
                if (RoleRules.AllowsBehindDoor(rule.Rule, group, request))
                {
                    return rule.Grant;
                }
            }
        }

        return null;
    }

    private sealed record GrantedRule(PolicyRule Rule, Grant Grant);

    private sealed class Index
    {
        public Index(List<Grant> grants)
        {
            // One role may be given by a thousand bindings: each of its rules is looked at once.
            var seen = new HashSet<PolicyRule>(ReferenceEqualityComparer.Instance);
            foreach (var grant in grants)
            {
                foreach (var rule in grant.Rules)
                {
                    if (seen.Add(rule))
                    {
                        Add(new GrantedRule(rule, grant));
                    }
                }
            }
        }

        public Dictionary<string, List<GrantedRule>> ByDoor { get; } = new(StringComparer.Ordinal);

        public List<GrantedRule> Paths { get; } = [];

        private void Add(GrantedRule granted)
        {
            foreach (var door in granted.Rule.Resources.Distinct(StringComparer.Ordinal))
            {
                if (!ByDoor.TryGetValue(door, out var rules))
                {
                    ByDoor[door] = rules = [];
                }

                rules.Add(granted);
            }

            if (!granted.Rule.NonResourceUrls.IsEmpty)
            {
                Paths.Add(granted);
            }
        }
    }
}
