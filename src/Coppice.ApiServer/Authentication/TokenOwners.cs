using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Authentication;

/// <summary>Whose a token is, and for which of the audiences that were asked about.</summary>
/// <param name="User">Null if the token is not good for any of them.</param>
/// <param name="Error">Why it is not good, in Kubernetes' words; null if it is.</param>
internal sealed record TokenOwner(UserInfo? User, IReadOnlyList<string> Audiences, string? Error)
{
    /// <summary>Good or not; null for a token that is not kept in a secret.</summary>
    public KeptTokenUse? Kept { get; init; }
}

/// <summary>
/// Tells whose tokens are. One of a service account is good only while its account, and the pod, secret or node that it was made for, are
/// there under the uids that they had then.
/// </summary>
/// <param name="kept">Looks at those that are kept in secrets.</param>
/// <param name="known">Tokens of a file.</param>
/// <param name="issued">Tokens of an OpenID Connect issuer; null for none.</param>
internal sealed class TokenOwners(
    ApiVerbs verbs, ServiceAccountTokens tokens, KeptTokens kept, BootstrapTokens bootstrap, IReadOnlyDictionary<string, UserInfo> known, OidcTokens? issued)
{
    /// <summary>Among what is told of a service account: the node on which its token is used.</summary>
    public const string NodeName = ExtraPrefix + "node-name";

    private const string ExtraPrefix = "authentication.kubernetes.io/";
    private const string Invalidated = "service account token has been invalidated";

    /// <summary>Who this server itself is, as an audience.</summary>
    public static readonly IReadOnlyList<string> OurAudiences = [ServiceAccountTokens.Issuer];

    private static readonly Kind Accounts = BuiltInKinds.Of<ServiceAccount>();
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Secrets = BuiltInKinds.Of<Secret>();
    private static readonly Kind Nodes = BuiltInKinds.Of<Node>();

    /// <summary>The key under which a user's extra names the credential that was shown.</summary>
    public const string CredentialKey = ClientCertificate.CredentialKey;

    /// <param name="audiences">At least one of them must be meant.</param>
    public async ValueTask<TokenOwner> FindAsync(string token, IReadOnlyList<string> audiences, CancellationToken stop)
    {
        if ((known.GetValueOrDefault(token) ?? await bootstrap.FindAsync(token, stop)) is { } owner)
        {
            return ForUs(owner, audiences);
        }

        var (claims, error) = tokens.Read(token);
        if (claims is null && issued is not null && await issued.FindAsync(token, stop) is var (user, why) && (user is not null || why is not null))
        {
            return user is null ? Refused(why) : ForUs(user, audiences);
        }

        if (claims is null)
        {
            return Refused(error == ServiceAccountTokens.Invalid ? null : error);
        }

        if (claims.IsKept)
        {
            var use = await kept.CheckAsync(claims, token, stop);
            return (use.Problem is { } fault ? Refused(fault) : ForUs(UserOf(claims), audiences)) with { Kept = use };
        }

        var meant = Common(claims.Audiences, audiences);
        if (meant.Count == 0)
        {
            return Refused($"token audiences {Quoted(claims.Audiences)} is invalid for the target audiences {Quoted(audiences)}");
        }

        return await ProblemAsync(claims, stop) is { } problem ? Refused(problem) : new(UserOf(claims), meant, null);
    }

    // Of a token that does not say whom it is for: it is for this server, and nobody else.
    private static TokenOwner ForUs(UserInfo owner, IReadOnlyList<string> audiences) =>
        Common(OurAudiences, audiences) is { Count: > 0 } ours ? new(owner, ours, null) : Refused(null);

    private async ValueTask<string?> ProblemAsync(TokenClaims claims, CancellationToken stop)
    {
        var subject = claims.Subject;
        var account = (await verbs.FindAsync(Accounts, new(subject.Namespace, subject.Name), stop))?.Item.Metadata;
        if (account is null)
        {
            return $"serviceaccounts {QuotedText.Of(subject.Name)} not found";
        }

        if (account.Uid != subject.Uid)
        {
            return $"service account UID ({account.Uid}) does not match claim ({subject.Uid})";
        }

        return tokens.IsGone(account.DeletionTimestamp)
            ? $"service account {subject.Namespace}/{subject.Name} has been deleted"
            : await BoundProblemAsync(Secrets, subject.Namespace, claims.Secret, stop)
                ?? await BoundProblemAsync(Pods, subject.Namespace, claims.Pod, stop)
                ?? await BoundProblemAsync(Nodes, "", claims.Pod is null ? claims.Node : null, stop);
    }

    private async ValueTask<string?> BoundProblemAsync(Kind kind, string space, BoundObject? to, CancellationToken stop)
    {
        if (to is null)
        {
            return null;
        }

        var found = (await verbs.FindAsync(kind, new(space, to.Name), stop))?.Item.Metadata;
        if (found is null)
        {
            return Invalidated;
        }

        var word = kind.Name.ToLowerInvariant();
        return found.Uid != to.Uid
            ? $"{word} UID ({found.Uid}) does not match service account {word} ref claim ({to.Uid})"
            : tokens.IsGone(found.DeletionTimestamp) ? Invalidated : null;
    }

    private static UserInfo UserOf(TokenClaims claims)
    {
        var subject = claims.Subject;
        var extra = new List<KeyValuePair<string, ValueList<string>>>();
        Tell($"{ExtraPrefix}credential-id", claims.Id.Length == 0 ? "" : $"JTI={claims.Id}");
        Tell(NodeName, claims.Node?.Name ?? "");
        Tell($"{ExtraPrefix}node-uid", claims.Node?.Uid ?? "");
        Tell($"{ExtraPrefix}pod-name", claims.Pod?.Name ?? "");
        Tell($"{ExtraPrefix}pod-uid", claims.Pod?.Uid ?? "");
        return Users.Account(subject.Namespace, subject.Name) with
        {
            Uid = subject.Uid,
            Extra = extra.ToValueMap(),
        };

        void Tell(string key, string value)
        {
            if (value.Length > 0)
            {
                extra.Add(new(key, [value]));
            }
        }
    }

    private static TokenOwner Refused(string? why) =>
        new(null, [], why is null ? ServiceAccountTokens.Invalid : $"[{ServiceAccountTokens.Invalid}, {why}]");

    private static IReadOnlyList<string> Common(IReadOnlyList<string> meant, IReadOnlyList<string> asked) =>
        ReferenceEquals(meant, asked) ? meant : [.. meant.Where(asked.Contains).Distinct(StringComparer.Ordinal)];

    private static string Quoted(IReadOnlyList<string> audiences) => $"[{string.Join(' ', audiences.Select(QuotedText.Of))}]";
}
