using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// Tokens by which machines join a cluster, as <c>abcdef.0123456789abcdef</c>: each is a Secret in kube-system, good until it expires or
/// is deleted, and makes whoever shows it one of the bootstrappers.
/// </summary>
internal sealed partial class BootstrapTokens(ApiVerbs verbs, TimeProvider time)
{
    /// <summary>The group of all who show one.</summary>
    public const string Bootstrappers = "system:bootstrappers";

    private const string NamePrefix = "bootstrap-token-";

    private static readonly Kind Secrets = BuiltInKinds.Of<Secret>();

    /// <summary>Whose a token is; null if it is none of these, or is not good.</summary>
    public async ValueTask<UserInfo?> FindAsync(string token, CancellationToken stop)
    {
        if (!TokenForm().IsMatch(token))
        {
            return null;
        }

        var (id, secret) = (token[..6], token[7..]);
        return (await verbs.FindAsync(Secrets, new("kube-system", NamePrefix + id), stop))?.Item is Secret found
            && found.Metadata.DeletionTimestamp is null
            && found.Type == SecretType.Bootstrapkubernetesiotoken
            && IsSame(Text(found, "token-secret"), secret)
            && Text(found, "token-id") == id
            && (BootstrapTokenEnd.Of(found) ?? DateTimeOffset.MaxValue) > time.GetUtcNow()
            && Text(found, "usage-bootstrap-authentication") == "true"
            && GroupsOf(found) is { } groups
                ? Users.Of($"system:bootstrap:{id}", [.. groups, Users.Authenticated])
                : null;
    }

    /// <summary>Null if one of them is no group that such a token may be in.</summary>
    private static List<string>? GroupsOf(Secret secret)
    {
        List<string> groups = [Bootstrappers, .. Text(secret, "auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries)];
        return groups.Skip(1).All(group => GroupForm().IsMatch(group)) ? [.. groups.Distinct().Order(StringComparer.Ordinal)] : null;
    }

    // In a time that does not tell how much of it was right.
    private static bool IsSame(string wanted, string shown) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(wanted), Encoding.UTF8.GetBytes(shown));

    private static string Text(Secret secret, string key) => secret.Data.TryGetValue(key, out var data) ? data.ToText() : "";

    [GeneratedRegex(@"\A[a-z0-9]{6}\.[a-z0-9]{16}\z")]
    private static partial Regex TokenForm();

    [GeneratedRegex(@"\Asystem:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\z")]
    private static partial Regex GroupForm();
}
