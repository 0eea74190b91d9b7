using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Fairness;

/// <summary>A flow schema and the level that its requests are answered in.</summary>
internal sealed class FlowRule(FlowSchema schema, PriorityLevel level, FlowTally tally)
{
    private const string All = "*";

    private readonly string? _method = schema.Spec.DistinguisherMethod?.Type;

    public FlowSchema Schema => schema;

    public PriorityLevel Level => level;

    public FlowTally Tally => tally;

    public string SchemaUid { get; } = schema.Metadata.Uid ?? "";

    public bool Fits(UserInfo user, AccessRequest request)
    {
        foreach (var rule in schema.Spec.Rules)
        {
            if (AnyIs(rule.Subjects, user) && (request.Resource is null ? AnyFits(rule.NonResourceRules, request) : AnyFits(rule.ResourceRules, request)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What tells the flows of this schema apart.</summary>
    public string DistinguisherOf(UserInfo user, AccessRequest request) => _method switch
    {
        FlowDistinguisherMethodType.ByUser => user.Name,
        FlowDistinguisherMethodType.ByNamespace => request.Namespace,
        _ => "",
    };

    private static bool AnyIs(ValueList<Subject> subjects, UserInfo user)
    {
        foreach (var subject in subjects)
        {
            if (Is(subject, user))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(Subject subject, UserInfo user) => subject.Kind switch
    {
        SubjectKind.User => subject.User is { } one && (one.Name == All || one.Name == user.Name),
        SubjectKind.Group => subject.Group is { } group && (group.Name == All || user.IsIn(group.Name)),
        SubjectKind.ServiceAccount => subject.ServiceAccount is { } account && IsAccount(account, user.Name),
        _ => false,
    };

    private static bool IsAccount(ServiceAccountSubject account, string user)
    {
        if (!user.StartsWith(Users.AccountPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = user.AsSpan(Users.AccountPrefix.Length);
        var colon = rest.IndexOf(':');
        return colon >= 0 && rest[..colon].SequenceEqual(account.Namespace) && (account.Name == All || rest[(colon + 1)..].SequenceEqual(account.Name));
    }

    private static bool AnyFits(ValueList<ResourcePolicyRule> rules, AccessRequest request)
    {
        foreach (var rule in rules)
        {
            if (Has(rule.Verbs, request.Verb) && Has(rule.ApiGroups, request.Resource!.Value.Group) && Has(rule.Resources, request.Door)
                && (request.Namespace.Length == 0 ? rule.ClusterScope : Has(rule.Namespaces, request.Namespace)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool AnyFits(ValueList<NonResourcePolicyRule> rules, AccessRequest request)
    {
        foreach (var rule in rules)
        {
            if (Has(rule.Verbs, request.Verb) && HasPath(rule.NonResourceURLs, request.Path))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(ValueList<string> names, string name)
    {
        foreach (var one in names)
        {
            if (one == All || one == name)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasPath(ValueList<string> patterns, string path)
    {
        foreach (var pattern in patterns)
        {
            if (pattern == All || pattern == path || (pattern.EndsWith("/*", StringComparison.Ordinal) && path.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1))))
            {
                return true;
            }
        }

        return false;
    }
}
