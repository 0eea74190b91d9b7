using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Coppice.ApiServer.Authentication.Oidc;

/// <summary>
/// Claims that are not in a token but elsewhere, where the token says (OpenID Connect Core 1.0, 5.6.2): in another token that is to be had
/// there, of an issuer whose keys are found as those of any other.
/// </summary>
internal sealed class DistributedClaims(OidcOptions options, TimeProvider time) : IDisposable
{
    // A token names where to look: more issuers than this nobody has.
    private const int IssuersMax = 16;

    private readonly HttpClient _http = OidcIssuer.ClientOf(options);
    private readonly ConcurrentDictionary<string, IdTokenVerifier> _issuers = new(StringComparer.Ordinal);

    /// <returns>The claims among which the one that is looked for is; null where it is nowhere else. Or what went wrong, in Kubernetes' words.</returns>
    public async ValueTask<(JsonElement? Claims, string? Problem)> FindAsync(JsonElement claims, string claim, CancellationToken stop)
    {
        if (claims.TryGetProperty(claim, out _) || !claims.TryGetProperty("_claim_names", out var names))
        {
            return (null, null);
        }

        if (names.ValueKind != JsonValueKind.Object)
        {
            return (null, "oidc: error parsing distributed claim names: it is no object");
        }

        if (!claims.TryGetProperty("_claim_sources", out var sources))
        {
            return (null, "oidc: no claim sources");
        }

        if (sources.ValueKind != JsonValueKind.Object)
        {
            return (null, "oidc: could not parse claim sources: it is no object");
        }

        if (JwtParts.Text(names, claim) is not { } name)
        {
            return (null, null);
        }

        if (!sources.TryGetProperty(name, out var source) || source.ValueKind != JsonValueKind.Object)
        {
            return (null, $"id token _claim_names contained a source {name} missing in _claims_sources");
        }

        return JwtParts.Text(source, "endpoint") is { Length: > 0 } endpoint ? await AskAsync(endpoint, JwtParts.Text(source, "access_token"), claim, stop) : (null, null);
    }

    public void Dispose()
    {
        _http.Dispose();
        foreach (var issuer in _issuers.Values)
        {
            issuer.Dispose();
        }
    }

    private async ValueTask<(JsonElement? Claims, string? Problem)> AskAsync(string endpoint, string? access, string claim, CancellationToken stop)
    {
        var (token, failure) = await GetAsync(endpoint, access, stop);
        if (token is null)
        {
            return (null, $"while getting distributed claim \"{claim}\": {failure}");
        }

        if (JwtParts.IssuerOf(token) is not { } issuer || !Uri.TryCreate(issuer, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
        {
            return (null, $"getting untrusted issuer from endpoint {endpoint} failed for claim \"{claim}\": it is no token of an issuer by https");
        }

        if (VerifierOf(issuer) is not { } verifier)
        {
            return (null, $"verifying untrusted issuer {issuer} failed: there are too many issuers");
        }

        var (found, problem) = await verifier.VerifyAsync(token, stop);
        return found is not { } good ? (null, $"verify distributed claim token: {problem}")
            : good.TryGetProperty(claim, out _) ? (good, null)
            : (null, $"jwt returned by distributed claim endpoint \"{endpoint}\" did not contain claim: {claim}");
    }

    private IdTokenVerifier? VerifierOf(string issuer) => _issuers.TryGetValue(issuer, out var known) ? known
        : _issuers.Count >= IssuersMax ? null
        : _issuers.GetOrAdd(issuer, name => new IdTokenVerifier(options, name, time));

    private async ValueTask<(string? Token, string? Failure)> GetAsync(string endpoint, string? access, CancellationToken stop)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, endpoint);
            request.Headers.Authorization = string.IsNullOrEmpty(access) ? null : new AuthenticationHeaderValue("Bearer", access);
            using var answer = await _http.SendAsync(request, stop);
            return answer.IsSuccessStatusCode
                ? ((await answer.Content.ReadAsStringAsync(stop)).Trim(), null)
                : (null, $"error while getting distributed claim JWT: {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
        catch (Exception failed) when (failed is HttpRequestException or InvalidOperationException or NotSupportedException or FormatException
            || (failed is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return (null, failed.Message);
        }
    }
}
