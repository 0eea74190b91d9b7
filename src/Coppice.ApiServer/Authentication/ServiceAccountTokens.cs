using System.Buffers.Text;
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

    private const string SubjectPrefix = "system:serviceaccount:";

    private readonly ECDsa _key;
    private readonly TimeProvider _time;
    private readonly string _header;

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

    public void Dispose() => _key.Dispose();

    private TokenClaims? Read(JsonElement claims)
    {
        var expiry = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64());
        if (claims.GetProperty("iss").GetString() != Issuer || expiry <= _time.GetUtcNow())
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
        return new(subject, pod, [.. claims.GetProperty("aud").EnumerateArray().Select(a => a.GetString()!)]);
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}

/// <summary>The service account that a token speaks for.</summary>
public sealed record TokenSubject(string Namespace, string Name, string Uid)
{
    public string User => $"system:serviceaccount:{Namespace}:{Name}";
}

public sealed record TokenPod(string Name, string Uid);

public sealed record TokenClaims(TokenSubject Subject, TokenPod? Pod, IReadOnlyList<string> Audiences);
