using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Authorization;

/// <summary>What one rule of a role allows.</summary>
internal static class RoleRules
{
    public const string All = "*";

    public static bool Allows(PolicyRule rule, AccessRequest request) => request.Resource is { } resource
        ? HasOrAll(rule.Verbs, request.Verb) && HasOrAll(rule.ApiGroups, resource.Group) && IsDoor(rule.Resources, request) && IsName(rule, request.Name)
        : HasOrAll(rule.Verbs, request.Verb) && IsPath(rule.NonResourceUrls, request.Path);

    /// <summary>What a request for a resource must still hold against a rule that was found by its resource.</summary>
    public static bool AllowsBehindDoor(PolicyRule rule, string group, AccessRequest request) =>
        HasOrAll(rule.Verbs, request.Verb) && HasOrAll(rule.ApiGroups, group) && IsName(rule, request.Name);

    /// <summary>Whether a pattern of paths, which may end in a star, takes in this one.</summary>
    public static bool IsPath(string pattern, string path) => pattern == All || pattern == path
        || (pattern.EndsWith('*') && path.StartsWith(pattern.TrimEnd('*'), StringComparison.Ordinal));

    public static bool HasOrAll(ValueList<string> list, string wanted)
    {
        foreach (var one in list)
        {
            if (one == wanted || one == All)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDoor(ValueList<string> resources, AccessRequest request) =>
        HasOrAll(resources, request.Door) || (request.AnyDoor is { } any && resources.Contains(any));

    private static bool IsPath(ValueList<string> patterns, string path)
    {
        foreach (var pattern in patterns)
        {
            if (IsPath(pattern, path))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsName(PolicyRule rule, string name)
    {
        foreach (var one in rule.ResourceNames)
        {
            if (one == name)
            {
                return true;
            }
        }

        return rule.ResourceNames.IsEmpty;
    }
}
