using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Authorization;

/// <summary>Which node's agent a user is.</summary>
internal static class NodeIdentity
{
    private const string Prefix = "system:node:";

    /// <returns>The node's name; empty for an agent that does not say whose it is; null for everybody else.</returns>
    public static string? Of(UserInfo user) =>
        !user.IsIn(Users.Nodes) ? null : user.Name.StartsWith(Prefix, StringComparison.Ordinal) ? user.Name[Prefix.Length..] : "";
}
