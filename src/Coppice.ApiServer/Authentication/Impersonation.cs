using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// Lets somebody who may act as somebody else, as <c>kubectl --as</c> asks with the headers Impersonate-User, -Group, -Uid and -Extra-….
/// What else is known of a user decides nothing here, and is left out.
/// </summary>
internal static class Impersonation
{
    public const string HeaderPrefix = "Impersonate-";

    private const string ServiceAccountPrefix = "system:serviceaccount:";

    /// <summary>Who acts from here on: the one who is asked for, or the requester.</summary>
    /// <exception cref="ApiError">Forbidden, or InternalError as by Kubernetes: groups or a uid are asked for, but no user.</exception>
    public static Requester Apply(Requester requester, IHeaderDictionary headers)
    {
        if (!IsAskedFor(headers))
        {
            return requester;
        }

        var user = headers[HeaderPrefix + "User"].First() ?? "";
        var groups = headers[HeaderPrefix + "Group"].Select(g => g ?? "").ToList();
        var uid = headers[HeaderPrefix + "Uid"].First() ?? "";
        if (user.Length == 0)
        {
            throw ApiErrors.InternalError($"requested [{string.Join(" ", groups)}] without impersonating a user");
        }

        RequireFor(requester, user, groups, uid);
        return new Requester(user, uid, GroupsOf(user, groups));
    }

    // Every request comes by here, so no list of names is made.
    private static bool IsAskedFor(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static void RequireFor(Requester requester, string user, IReadOnlyList<string> groups, string uid)
    {
        if (AccountOf(user) is { } account)
        {
            Require("", "serviceaccounts", account.Namespace, account.Name);
        }
        else
        {
            Require("", "users", null, user);
        }

        foreach (var group in groups)
        {
            Require("", "groups", null, group);
        }

        if (uid.Length > 0)
        {
            Require("authentication.k8s.io", "uids", null, uid);
        }

        void Require(string group, string resource, string? space, string name) => Authorizer.Require(
            requester, new ApiRequest("", "impersonate", "v1", new GroupResource(group, resource), space, name, null));
    }

    /// <summary>A service account is in the groups of all of them unless others are said; everybody who has a name is authenticated.</summary>
    private static List<string> GroupsOf(string user, List<string> asked)
    {
        List<string> groups = asked.Count == 0 && AccountOf(user) is { } account
            ? ["system:serviceaccounts", $"system:serviceaccounts:{account.Namespace}"]
            : [.. asked];
        var everybody = user == Requester.Anonymous.Name ? Requester.Anonymous.Groups[0] : Requester.Authenticated;
        return groups.Contains(everybody) ? groups : [.. groups, everybody];
    }

    private static (string Namespace, string Name)? AccountOf(string user) =>
        user.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal) && user[ServiceAccountPrefix.Length..].Split(':') is [var space, var name]
            ? (space, name)
            : null;
}
