using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

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
/// <param name="tokens">Those that we have signed.</param>
/// <param name="kept">Looks at those that are kept in secrets.</param>
/// <param name="known">Tokens of a file.</param>
/// <param name="issued">Tokens of an OpenID Connect issuer; null for none.</param>
internal sealed class TokenOwners(
    ApiVerbs verbs, ServiceAccountTokens tokens, KeptTokens kept, BootstrapTokens bootstrap, IReadOnlyDictionary<string, UserInfo> known, OidcTokens? issued, TimeProvider time)
{
    // What is said of a token of which nothing is known.
    private const string Invalid = "invalid bearer token";
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
    public ValueTask<TokenOwner> FindAsync(ReadOnlySpan<char> token, IReadOnlyList<string> audiences, CancellationToken stop) =>
        tokens.Find(token) is { } seen ? OwnerOfAsync(seen, audiences, stop) : FindNewAsync(token.ToString(), audiences, stop);

    private async ValueTask<TokenOwner> FindNewAsync(string token, IReadOnlyList<string> audiences, CancellationToken stop) =>
        (known.GetValueOrDefault(token) ?? await bootstrap.FindAsync(token, stop)) is { } owner ? ForUs(owner, audiences)
        : tokens.Verify(token) is { } ours ? await OwnerOfAsync(ours, audiences, stop)
        : await OfIssuerAsync(token, audiences, stop) ?? Refused(null);

    private async ValueTask<TokenOwner> OwnerOfAsync(VerifiedToken token, IReadOnlyList<string> audiences, CancellationToken stop)
    {
        var claims = token.Claims;
        if (token.ProblemAt(time.GetUtcNow()) is { } untimely)
        {
            return await OfIssuerAsync(token.Text, audiences, stop) ?? Refused(untimely);
        }

        if (claims.IsKept)
        {
            var use = await kept.CheckAsync(claims, token.Text, stop);
            return (use.Problem is { } fault ? Refused(fault) : ForUs(token.User, audiences)) with { Kept = use };
        }

        var meant = Common(claims.Audiences, audiences);
        if (meant.Count == 0)
        {
            return Refused($"token audiences {Quoted(claims.Audiences)} is invalid for the target audiences {Quoted(audiences)}");
        }

        return await ProblemAsync(claims, stop) is { } problem ? Refused(problem) : new(token.User, meant, null);
    }

    /// <summary>Null where there is no OpenID Connect issuer, or it has nothing to say of the token.</summary>
    private async ValueTask<TokenOwner?> OfIssuerAsync(string token, IReadOnlyList<string> audiences, CancellationToken stop) =>
        issued is not null && await issued.FindAsync(token, stop) is var (user, why) && (user is not null || why is not null)
            ? user is null ? Refused(why) : ForUs(user, audiences)
            : null;

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

        return IsGone(account)
            ? $"service account {subject.Namespace}/{subject.Name} has been deleted"
            : await BoundProblemAsync(Secrets, subject.Namespace, claims.Secret, stop)
                ?? await BoundProblemAsync(Pods, subject.Namespace, claims.Pod, stop)
                ?? await BoundProblemAsync(Nodes, "", claims.Pod is null ? claims.Node : null, stop);
    }

    private ValueTask<string?> BoundProblemAsync(Kind kind, string space, BoundObject? to, CancellationToken stop) =>
        to is null ? default : OfBoundAsync(kind, space, to, stop);

    private async ValueTask<string?> OfBoundAsync(Kind kind, string space, BoundObject to, CancellationToken stop)
    {
        var found = (await verbs.FindAsync(kind, new(space, to.Name), stop))?.Item.Metadata;
        if (found is null)
        {
            return Invalidated;
        }

        var word = kind.Name.ToLowerInvariant();
        return found.Uid != to.Uid
            ? $"{word} UID ({found.Uid}) does not match service account {word} ref claim ({to.Uid})"
            : IsGone(found) ? Invalidated : null;
    }

    /// <summary>True if an object that is to go by a time is gone for tokens.</summary>
    private bool IsGone(ObjectMeta item) => item.DeletionTimestamp < time.GetUtcNow() - VerifiedToken.Leeway;

    private static TokenOwner Refused(string? why) =>
        new(null, [], why is null ? Invalid : $"[{Invalid}, {why}]");

    private static IReadOnlyList<string> Common(IReadOnlyList<string> meant, IReadOnlyList<string> asked) =>
        meant.Count == 1 && asked.Count == 1
            ? meant[0] == asked[0] ? meant : []
            : [.. meant.Where(asked.Contains).Distinct(StringComparer.Ordinal)];

    private static string Quoted(IReadOnlyList<string> audiences) => $"[{string.Join(' ', audiences.Select(QuotedText.Of))}]";
}
