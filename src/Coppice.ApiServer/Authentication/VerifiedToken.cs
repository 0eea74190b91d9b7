using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Authentication;

/// <summary>A token that we have signed: what it says, and what follows from that alone, which is the same whenever it is shown.</summary>
/// <param name="text">The token itself.</param>
internal sealed class VerifiedToken(string text, TokenClaims claims, TokenTimes times)
{
    /// <summary>Among what is told of a service account: the node on which its token is used.</summary>
    public const string NodeName = ExtraPrefix + "node-name";

    /// <summary>Clocks differ: Kubernetes takes a token from this much before its time until this much after.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    private const string ExtraPrefix = "authentication.kubernetes.io/";

    public string Text => text;

    public TokenClaims Claims => claims;

    public UserInfo User { get; } = UserOf(claims);

    /// <summary>Why it is not good at a time, in Kubernetes' words; null if it is.</summary>
    public string? ProblemAt(DateTimeOffset time)
    {
        var (now, leeway) = (time.ToUnixTimeSeconds(), (long)Leeway.TotalSeconds);
        return now - leeway > times.Expiry ? "service account token has expired"
            : now + leeway < times.NotBefore ? "service account token is not valid yet"
            : now + leeway < times.Issued ? "service account token is issued in the future"
            : null;
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
}

/// <summary>When a token is good, in seconds since 1970.</summary>
/// <param name="Expiry">The last of them.</param>
/// <param name="NotBefore">0 if it does not say.</param>
/// <param name="Issued">0 if it does not say.</param>
internal readonly record struct TokenTimes(long Expiry, long NotBefore, long Issued);
