using System.Collections.Concurrent;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Authentication.Oidc;

/// <summary>Tells whose an ID token of an OpenID Connect issuer is: by its signature, its times, whom it is meant for, and its claims.</summary>
public sealed class OidcTokens(OidcOptions options, TimeProvider time) : IDisposable
{
    private const int KnownMax = 4096;

    // As long as Kubernetes takes a token without looking again: what the issuer takes back is refused soon.
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(10);

    private readonly IdTokenVerifier _verifier = new(options, options.IssuerText, time);
    private readonly DistributedClaims _elsewhere = new(options, time);
    private readonly ConcurrentDictionary<string, (UserInfo User, long At)> _known = new(StringComparer.Ordinal);

    /// <returns>The user, or why the token is not good in Kubernetes' words; neither if it is of another issuer.</returns>
    public async ValueTask<(UserInfo? User, string? Error)> FindAsync(string token, CancellationToken stop)
    {
        if (_known.TryGetValue(token, out var known) && time.GetElapsedTime(known.At) < KnownFor)
        {
            return (known.User, null);
        }

        try
        {
            return await VerifyAsync(token, stop);
        }
        catch (InvalidOperationException)
        {
            // A name or text in it that is no Unicode: no issuer has made that.
            return (null, null);
        }
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _elsewhere.Dispose();
    }

    private async ValueTask<(UserInfo? User, string? Error)> VerifyAsync(string token, CancellationToken stop)
    {
        if (JwtParts.IssuerOf(token) != options.IssuerText)
        {
            return (null, null);
        }

        var (claims, problem) = await _verifier.VerifyAsync(token, stop);
        if (claims is not { } good)
        {
            return (null, $"oidc: verify token: {problem}");
        }

        var (groups, missing) = options.GroupsClaim is { } claim ? await _elsewhere.FindAsync(good, claim, stop) : (null, null);
        if (missing is not null)
        {
            return (null, $"oidc: could not expand distributed claims: {missing}");
        }

        var (user, error) = UserOf(good, groups ?? good);
        if (user is not null)
        {
            Remember(token, user);
        }

        return (user, error);
    }

    private void Remember(string token, UserInfo user)
    {
        if (_known.Count >= KnownMax)
        {
            _known.Clear();
        }

        _known[token] = (user, time.GetTimestamp());
    }

    /// <param name="ofGroups">Those among which the groups are.</param>
    private (UserInfo? User, string? Error) UserOf(JsonElement claims, JsonElement ofGroups)
    {
        if (JwtParts.Text(claims, options.UsernameClaim) is not { } name)
        {
            return (null, $"oidc: parse username claims {QuotedText.Of(options.UsernameClaim)}: claim not present");
        }

        if (options.NamesAreEmails && claims.TryGetProperty("email_verified", out var verified) && verified.ValueKind != JsonValueKind.True)
        {
            return (null, "oidc: email not verified");
        }

        foreach (var (claim, wanted) in options.RequiredClaims)
        {
            if (!claims.TryGetProperty(claim, out _))
            {
                return (null, $"oidc: required claim {claim} not present in ID token");
            }

            if (JwtParts.Text(claims, claim) is var got && got != wanted)
            {
                return (null, $"oidc: required claim {claim} value does not match. Got = {got}, want = {wanted}");
            }
        }

        IReadOnlyList<string>? groups = [];
        if (options.GroupsClaim is { } claimed && ofGroups.TryGetProperty(claimed, out _) && (groups = JwtParts.Texts(ofGroups, claimed)) is null)
        {
            return (null, $"oidc: parse groups claim {QuotedText.Of(claimed)}: it is no string and no list of strings");
        }

        var user = Users.Of(options.NamePrefix + name, groups.Select(one => options.GroupsPrefix + one).Append(Users.Authenticated));
        return (JwtParts.Text(claims, "jti") is { Length: > 0 } id ? user with { Extra = ValueMap.Of<ValueList<string>>((ClientCertificate.CredentialKey, [$"JTI={id}"])) } : user, null);
    }
}
