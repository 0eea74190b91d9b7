using System.Globalization;
using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Authentication.Oidc;

/// <summary>Tells whether tokens of one issuer are good: by their signature, their times, and whom they are meant for.</summary>
/// <param name="issuer">As it writes itself.</param>
internal sealed class IdTokenVerifier(OidcOptions options, string issuer, TimeProvider time) : IDisposable
{
    // Clocks differ, and issuers date tokens by theirs.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(5);

    private readonly OidcIssuer _issuer = new(options, issuer, time);

    /// <returns>What it claims, or why it is not good in Kubernetes' words.</returns>
    public async ValueTask<(JsonElement? Claims, string? Problem)> VerifyAsync(string token, CancellationToken stop)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || JwtParts.Read(parts[0]) is not { } header || JwtParts.Read(parts[1]) is not { } claims)
        {
            return (null, "oidc: malformed jwt");
        }

        return (await SignatureProblemAsync(parts, header, stop) ?? TimeProblem(claims)) is { } problem ? (null, problem) : (claims, null);
    }

    public void Dispose() => _issuer.Dispose();

    private async ValueTask<string?> SignatureProblemAsync(string[] parts, JsonElement header, CancellationToken stop)
    {
        var algorithm = JwtParts.Text(header, "alg") ?? "";
        if (!options.SigningAlgorithms.Contains(algorithm))
        {
            return $"oidc: id token signed with unsupported algorithm, expected [{string.Join(' ', options.SigningAlgorithms.Select(QuotedText.Of))}] got {QuotedText.Of(algorithm)}";
        }

        var (keys, problem) = await _issuer.FindAsync(JwtParts.Text(header, "kid") ?? "", stop);
        if (problem is not null)
        {
            return $"fetching keys {problem}";
        }

        return JwtParts.Decode(parts[2]) is { } signature && keys.Any(key => key.Verifies(algorithm, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature))
            ? null
            : "failed to verify signature: failed to verify id token signature";
    }

    /// <summary>Also of whom it is meant for.</summary>
    private string? TimeProblem(JsonElement claims)
    {
        var audiences = JwtParts.Texts(claims, "aud") ?? [];
        if (!audiences.Contains(options.ClientId))
        {
            return $"oidc: expected audience {QuotedText.Of(options.ClientId)} got [{string.Join(' ', audiences.Select(QuotedText.Of))}]";
        }

        var now = time.GetUtcNow();
        var (end, begin) = (JwtParts.Time(claims, "exp"), JwtParts.Time(claims, "nbf"));
        return end is null || end < now ? $"oidc: token is expired (Token Expiry: {Written(end ?? DateTimeOffset.UnixEpoch)})"
            : begin > now + Leeway ? $"oidc: current time {Written(now)} before the nbf (not before) time: {Written(begin.Value)}"
            : null;
    }

    private static string Written(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss +0000 'UTC'", CultureInfo.InvariantCulture);
}
