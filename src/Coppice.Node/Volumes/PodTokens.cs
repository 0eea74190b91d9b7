using System.Collections.Concurrent;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>The tokens of service accounts that pods have in their volumes: each is kept until it is time for the next one.</summary>
internal sealed class PodTokens(TimeProvider time)
{
    /// <summary>Of a token's life, when it is time for the next one: after four fifths of it, or a day.</summary>
    private const double Share = 0.8;
    private static readonly TimeSpan AgeMax = TimeSpan.FromHours(24);
    private const long SecondsDefault = 3600;

    private readonly ConcurrentDictionary<(string PodUid, string Volume, string Path), HeldToken> _held = [];

    /// <summary>A token that is good now, for a projection.</summary>
    /// <exception cref="Client.ApiException">None can be had.</exception>
    public async ValueTask<string> OfAsync(Pod pod, string volume, ServiceAccountTokenProjection wanted, PodVolumeSources sources, CancellationToken stop)
    {
        var key = (pod.Metadata.Uid ?? "", volume, wanted.Path);
        var now = time.GetUtcNow();
        if (_held.TryGetValue(key, out var held) && now < held.RefreshAt)
        {
            return held.Token;
        }

        var account = new ObjectKey(pod.Metadata.Namespace ?? "", pod.Spec.ServiceAccountName is { Length: > 0 } name ? name : "default");
        var request = new TokenRequestSpec
        {
            Audiences = wanted.Audience is { Length: > 0 } audience ? [audience] : [],
            ExpirationSeconds = wanted.ExpirationSeconds ?? SecondsDefault,
            BoundObjectRef = new BoundObjectReference { Kind = "Pod", ApiVersion = "v1", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
        };
        try
        {
            var issued = await sources.Token(account, request, stop);
            var life = (issued.ExpirationTimestamp ?? now.AddSeconds(SecondsDefault)) - now;
            var good = life * Share < AgeMax ? life * Share : AgeMax;
            _held[key] = new HeldToken(issued.Token ?? "", now + good, now + life);
            return issued.Token ?? "";
        }
        catch (Exception failed) when (failed is not OperationCanceledException && held is not null && now < held.ExpiresAt)
        {
            // The API server is away; the old one is still good.
            return held.Token;
        }
    }

    public void Forget(string podUid)
    {
        foreach (var key in _held.Keys.Where(key => key.PodUid == podUid))
        {
            _held.TryRemove(key, out _);
        }
    }

    private sealed record HeldToken(string Token, DateTimeOffset RefreshAt, DateTimeOffset ExpiresAt);
}
