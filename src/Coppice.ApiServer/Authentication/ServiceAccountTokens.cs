using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.Objects;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// Signs and reads the tokens of service accounts: JWTs signed with ES256, with the claims that Kubernetes puts in
/// (iss, sub, aud, exp, kubernetes.io).
/// </summary>
public sealed class ServiceAccountTokens : IDisposable
{
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private const int VerifiedLimit = 4096;

    private const string SubjectPrefix = "system:serviceaccount:";

    private readonly ECDsa _key;
    private readonly TimeProvider _time;
    private readonly string _header;

    // Checking a signature costs far more than the rest of a small request, and a pod shows the same token for an hour.
    private readonly ConcurrentDictionary<string, VerifiedToken> _verified = new(StringComparer.Ordinal);

    public ServiceAccountTokens(string keyPem, TimeProvider time)
    {
        _key = ECDsa.Create();
        _key.ImportFromPem(keyPem);
        _time = time;
        var keyId = Base64Url.EncodeToString(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));
        _header = Encode(new JsonObject { ["alg"] = "ES256", ["kid"] = keyId, ["typ"] = "JWT" });
    }

    public static string CreateKeyPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <param name="pod">The pod that the token lives and dies with; null for none.</param>
    public string Sign(TokenSubject subject, TokenPod? pod, IReadOnlyList<string> audiences, DateTimeOffset expiry)
    {
        var bound = new JsonObject
        {
            ["namespace"] = subject.Namespace,
            ["serviceaccount"] = new JsonObject { ["name"] = subject.Name, ["uid"] = subject.Uid },
        };
        if (pod is not null)
        {
            bound["pod"] = new JsonObject { ["name"] = pod.Name, ["uid"] = pod.Uid };
        }

        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(a => JsonValue.Create(a))]),
            ["exp"] = expiry.ToUnixTimeSeconds(),
            ["iat"] = now,
            ["iss"] = Issuer,
            ["jti"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
            ["kubernetes.io"] = bound,
            ["nbf"] = now,
            ["sub"] = $"{SubjectPrefix}{subject.Namespace}:{subject.Name}",
        };
        var signed = $"{_header}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>The claims of a token of ours that is in date; null for anything else.</summary>
    public TokenClaims? Read(string token)
    {
        if (!_verified.TryGetValue(token, out var verified))
        {
            verified = Verify(token);
            if (verified is not null)
            {
                Remember(token, verified);
            }
        }

        return verified is not null && verified.Expiry > _time.GetUtcNow() ? verified.Claims : null;
    }

    public void Dispose() => _key.Dispose();

    // More tokens than this are a sign that many have been replaced: those in use come back at once.
    private void Remember(string token, VerifiedToken verified)
    {
        if (_verified.Count >= VerifiedLimit)
        {
            _verified.Clear();
        }

        _verified[token] = verified;
    }

    private VerifiedToken? Verify(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            var signature = Base64Url.DecodeFromChars(parts[2]);
            if (!_key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature, HashAlgorithmName.SHA256))
            {
                return null;
            }

            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return Read(claims.RootElement);
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static VerifiedToken? Read(JsonElement claims)
    {
        var expiry = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64());
        if (claims.GetProperty("iss").GetString() != Issuer)
        {
            return null;
        }

        var bound = claims.GetProperty("kubernetes.io");
        var account = bound.GetProperty("serviceaccount");
        var subject = new TokenSubject(
            bound.GetProperty("namespace").GetString()!, account.GetProperty("name").GetString()!, account.GetProperty("uid").GetString()!);
        var pod = bound.TryGetProperty("pod", out var found)
            ? new TokenPod(found.GetProperty("name").GetString()!, found.GetProperty("uid").GetString()!)
            : null;
        return new(new(subject, pod, [.. claims.GetProperty("aud").EnumerateArray().Select(a => a.GetString()!)]), expiry);
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private sealed record VerifiedToken(TokenClaims Claims, DateTimeOffset Expiry);
}

/// <summary>The service account that a token speaks for.</summary>
public sealed record TokenSubject(string Namespace, string Name, string Uid)
{
    public string User => $"system:serviceaccount:{Namespace}:{Name}";
}

public sealed record TokenPod(string Name, string Uid);

public sealed record TokenClaims(TokenSubject Subject, TokenPod? Pod, IReadOnlyList<string> Audiences);
