using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Validation;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Web;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Authorization;

/// <summary>
/// Lets somebody who may act as somebody else, as <c>kubectl --as</c> asks with the headers Impersonate-User, -Group, -Uid and -Extra-….
/// Other headers that begin so mean nothing, as to Kubernetes.
/// </summary>
internal sealed class Impersonation(Authorizer authorizer)
{
    public const string HeaderPrefix = WebServer.TextPrefix;

    private const string ExtraPrefix = HeaderPrefix + "Extra-";

    /// <summary>Who acts from here on: the one who is asked for, or the requester.</summary>
    /// <exception cref="ApiError">Forbidden, or BadRequest: groups, a uid or more are asked for, but no user.</exception>
    public ValueTask<UserInfo> ApplyAsync(UserInfo requester, IHeaderDictionary headers, CancellationToken stop) =>
        IsAskedFor(headers) ? BecomeAsync(requester, headers, stop) : new(requester);

    private async ValueTask<UserInfo> BecomeAsync(UserInfo requester, IHeaderDictionary headers, CancellationToken stop)
    {
        var user = headers[HeaderPrefix + "User"].First() ?? "";
        var groups = headers[HeaderPrefix + "Group"].Select(g => g ?? "").ToList();
        var uid = headers[HeaderPrefix + "Uid"].First() ?? "";
        var extra = ExtraOf(headers);
        if (user.Length == 0)
        {
            return groups.Count + extra.Count + uid.Length == 0
                ? requester
                : throw ApiErrors.BadRequest($"requested [{string.Join(' ', References(groups, extra, uid))}] without impersonating a user");
        }

        foreach (var wanted in WantedFor(user, groups, extra, uid))
        {
            await authorizer.RequireAsync(requester, wanted, stop);
        }

        return Users.Of(user, GroupsOf(user, groups)) with { Uid = uid.Length == 0 ? null : uid, Extra = extra };
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

    /// <summary>Names of headers have no case and few characters: keys are in lower case, and %-encoded where they have others.</summary>
    private static ValueMap<ValueList<string>> ExtraOf(IHeaderDictionary headers) => headers
        .Where(header => header.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
        .GroupBy(
            header => Uri.UnescapeDataString(header.Key[ExtraPrefix.Length..].ToLowerInvariant()), header => header.Value, StringComparer.Ordinal)
        .OrderBy(key => key.Key, StringComparer.Ordinal)
        .Select(key => KeyValuePair.Create(key.Key, key.SelectMany(values => values).Select(value => value ?? "").ToValueList()))
        .ToValueMap();

    /// <summary>What is asked for as Kubernetes prints it: kind, namespace, name, uid, apiVersion, resourceVersion and fieldPath.</summary>
    private static IEnumerable<string> References(List<string> groups, ValueMap<ValueList<string>> extra, string uid)
    {
        const string Version = "authentication.k8s.io/v1";
        IEnumerable<string> ofGroups = groups.Select(group => $"{{Group  {group}    }}");
        IEnumerable<string> ofExtra = extra.SelectMany(key => key.Value.Select(value => $"{{UserExtra  {value}  {Version}  {key.Key}}}"));
        return ofGroups.Concat(ofExtra).Concat(uid.Length > 0 ? [$"{{UID  {uid}  {Version}  }}"] : []);
    }

    /// <summary>All that whoever wants to be this user must be allowed.</summary>
    private static IEnumerable<AccessRequest> WantedFor(string user, IReadOnlyList<string> groups, ValueMap<ValueList<string>> extra, string uid)
    {
        yield return AccountOf(user) is { } account
            ? To("", "serviceaccounts", account.Name) with { Namespace = account.Namespace }
            : To("", "users", user);
        foreach (var group in groups)
        {
            yield return To("", "groups", group);
        }

        foreach (var (key, values) in extra)
        {
            foreach (var value in values)
            {
                yield return To("authentication.k8s.io", "userextras", value) with { Subresource = key };
            }
        }

        if (uid.Length > 0)
        {
            yield return To("authentication.k8s.io", "uids", uid);
        }

        static AccessRequest To(string group, string resource, string name) => AccessRequest.To("impersonate", new(group, resource), name: name);
    }

    /// <summary>A service account is in the groups of all of them unless others are said; everybody who has a name is authenticated.</summary>
    private static List<string> GroupsOf(string user, List<string> asked)
    {
        List<string> groups = asked.Count == 0 && AccountOf(user) is { } account
            ? [Users.AccountGroup, $"{Users.AccountGroup}:{account.Namespace}"]
            : [.. asked];
        if (user == Users.Anonymous.Name)
        {
            return groups.Contains(Users.Unauthenticated) ? groups : [.. groups, Users.Unauthenticated];
        }

        return groups.Contains(Users.Authenticated) || groups.Contains(Users.Unauthenticated) ? groups : [.. groups, Users.Authenticated];
    }

    /// <summary>What only looks like a service account is a user like any other.</summary>
    private static (string Namespace, string Name)? AccountOf(string user) =>
        user.StartsWith(Users.AccountPrefix, StringComparison.Ordinal)
        && user[Users.AccountPrefix.Length..].Split(':') is [var space, var name]
        && Names.Label(space).Count == 0
        && Names.Subdomain(name).Count == 0
            ? (space, name)
            : null;
}
