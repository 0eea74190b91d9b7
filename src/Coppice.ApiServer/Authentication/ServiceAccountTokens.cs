using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.Client;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// Signs and reads the tokens of service accounts: JWTs, with the claims that Kubernetes puts in
/// (iss, sub, aud, exp, nbf, iat, jti, kubernetes.io).
/// </summary>
public sealed class ServiceAccountTokens : IDisposable
{
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    /// <summary>Of tokens that are kept in secrets.</summary>
    public const string KeptIssuer = "kubernetes/serviceaccount";

    private const string KeptClaim = "kubernetes.io/serviceaccount/";

    private const int VerifiedLimit = 4096;

    private readonly TimeProvider _time;
    private readonly string _header;

    // Checking a signature costs far more than the rest of a small request, and a pod shows the same token for an hour.
    private readonly ConcurrentDictionary<string, VerifiedToken> _verified = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, VerifiedToken>.AlternateLookup<ReadOnlySpan<char>> _verifiedParts;

    public ServiceAccountTokens(string keyPem, TimeProvider time)
    {
        Key = new TokenKey(keyPem);
        _time = time;
        _verifiedParts = _verified.GetAlternateLookup<ReadOnlySpan<char>>();
        _header = Encode(new JsonObject { ["alg"] = Key.Algorithm, ["kid"] = Key.Id, ["typ"] = "JWT" });
    }

    /// <summary>What tokens are signed with.</summary>
    internal TokenKey Key { get; }

    public string Sign(TokenClaims claims, DateTimeOffset expiry)
    {
        var subject = claims.Subject;
        var bound = new JsonObject
        {
            ["namespace"] = subject.Namespace,
            ["serviceaccount"] = Written(new BoundObject(subject.Name, subject.Uid)),
        };
        foreach (var (kind, to) in new[] { ("node", claims.Node), ("pod", claims.Pod), ("secret", claims.Secret) })
        {
            if (to is not null)
            {
                bound[kind] = Written(to);
            }
        }

        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        return Sign(new JsonObject
        {
            ["aud"] = new JsonArray([.. claims.Audiences.Select(a => JsonValue.Create(a))]),
            ["exp"] = expiry.ToUnixTimeSeconds(),
            ["iat"] = now,
            ["iss"] = Issuer,
            // As hard to guess as the token itself.
            ["jti"] = claims.Id.Length > 0 ? claims.Id : Uuids.Of(RandomNumberGenerator.GetBytes(16)),
            ["kubernetes.io"] = bound,
            ["nbf"] = now,
            ["sub"] = subject.User,
        });
    }

    /// <summary>A token that never expires, to be kept in a secret.</summary>
    public string SignKept(TokenSubject subject, string secret) => Sign(new JsonObject
    {
        ["iss"] = KeptIssuer,
        [KeptClaim + "namespace"] = subject.Namespace,
        [KeptClaim + "secret.name"] = secret,
        [KeptClaim + "service-account.name"] = subject.Name,
        [KeptClaim + "service-account.uid"] = subject.Uid,
        ["sub"] = subject.User,
    });

    /// <summary>What was verified before, found without making a text of what is a part of one; null for others.</summary>
    internal VerifiedToken? Find(ReadOnlySpan<char> token) => _verifiedParts.TryGetValue(token, out var verified) ? verified : null;

    /// <summary>A token that we have signed, in date or not, which from now on is found; null for others.</summary>
    internal VerifiedToken? Verify(string token)
    {
        var verified = Read(token);
        if (verified is not null)
        {
            Remember(verified);
        }

        return verified;
    }

    public void Dispose() => Key.Dispose();

    /// <summary>Signs claims as they are, which need not make a token that is good.</summary>
    internal string Sign(JsonObject claims)
    {
        var signed = $"{_header}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(Key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    // More tokens than this are a sign that many have been replaced: those in use come back at once.
    private void Remember(VerifiedToken verified)
    {
        if (_verified.Count >= VerifiedLimit)
        {
            _verified.Clear();
        }

        _verified[verified.Text] = verified;
    }

    private VerifiedToken? Read(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            var signature = Base64Url.DecodeFromChars(parts[2]);
            if (!Key.Verifies(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature))
            {
                return null;
            }

            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return Read(token, claims.RootElement);
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <exception cref="KeyNotFoundException">A claim is missing.</exception>
    /// <exception cref="InvalidOperationException">A claim is of another type.</exception>
    private static VerifiedToken? Read(string token, JsonElement claims)
    {
        var issuer = Text(claims, "iss");
        if (issuer != Issuer)
        {
            return issuer == KeptIssuer ? ReadKept(token, claims) : null;
        }

        var bound = claims.GetProperty("kubernetes.io");
        var account = ReadBound(bound, "serviceaccount") ?? throw new KeyNotFoundException();
        var read = new TokenClaims(
            new TokenSubject(Text(bound, "namespace"), account.Name, account.Uid),
            [.. claims.GetProperty("aud").EnumerateArray().Select(a => a.GetString() ?? throw new InvalidOperationException())])
        {
            Pod = ReadBound(bound, "pod"),
            Secret = ReadBound(bound, "secret"),
            Node = ReadBound(bound, "node"),
            Id = claims.TryGetProperty("jti", out var id) ? id.GetString() ?? "" : "",
        };
        return new(token, read, new(claims.GetProperty("exp").GetInt64(), Seconds(claims, "nbf"), Seconds(claims, "iat")));
    }

    /// <inheritdoc cref="Read(string, JsonElement)"/>
    private static VerifiedToken? ReadKept(string token, JsonElement claims)
    {
        var subject = new TokenSubject(Kept("namespace"), Kept("service-account.name"), Kept("service-account.uid"));
        return Text(claims, "sub") == subject.User
            ? new(token, new(subject, []) { Secret = new(Kept("secret.name"), ""), IsKept = true }, new(long.MaxValue, 0, 0))
            : null;

        string Kept(string name) => Text(claims, KeptClaim + name) is { Length: > 0 } text ? text : throw new KeyNotFoundException();
    }

    private static long Seconds(JsonElement claims, string name) => claims.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static string Text(JsonElement claims, string name) =>
        claims.GetProperty(name).GetString() ?? throw new InvalidOperationException($"the claim {name} is null");

    private static BoundObject? ReadBound(JsonElement claims, string kind) => claims.TryGetProperty(kind, out var to)
        ? new(Text(to, "name"), to.TryGetProperty("uid", out _) ? Text(to, "uid") : "")
        : null;

    // What a pod's node has no uid for, it is not there: the claim is left out, as Kubernetes does.
    private static JsonObject Written(BoundObject to) =>
        to.Uid.Length == 0 ? new JsonObject { ["name"] = to.Name } : new JsonObject { ["name"] = to.Name, ["uid"] = to.Uid };

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
