using System.Collections.Immutable;
using Coppice.Node.Host;
using Coppice.Objects;

namespace Coppice.Node.Devices;

/// <summary>
/// Which claims were made ready here, for whom: in memory, and in a file, so that what a driver has set up is let go of also when the agent
/// was away at a pod's end. It is written before a driver is asked, and after it has answered.
/// </summary>
internal sealed class PreparedClaims
{
    private readonly RecordFile<ImmutableArray<PreparedClaim>> _file;
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<ObjectKey, PreparedClaim> _claims;

    /// <param name="file">Made with the first claim.</param>
    public PreparedClaims(string file)
    {
        _file = new(file, PreparedClaimJson.Default.ImmutableArrayPreparedClaim, "what drivers have made ready for pods that are gone is then not let go of");
        _claims = _file.Read([]).ToImmutableSortedDictionary(claim => new ObjectKey(claim.Namespace, claim.Name), claim => claim);
    }

    public PreparedClaim? Find(ObjectKey key)
    {
        lock (_gate)
        {
            return _claims.GetValueOrDefault(key);
        }
    }

    /// <summary>Those that a pod uses.</summary>
    public IReadOnlyList<PreparedClaim> Of(string podUid)
    {
        lock (_gate)
        {
            return [.. _claims.Values.Where(claim => claim.Pods.Contains(podUid))];
        }
    }

    /// <summary>Those that are ready.</summary>
    public IReadOnlyList<PreparedClaim> Ready()
    {
        lock (_gate)
        {
            return [.. _claims.Values.Where(claim => claim.IsReady)];
        }
    }

    /// <param name="change">Given what there is, null for nothing; what it returns is kept, null for nothing.</param>
    public PreparedClaim? Change(ObjectKey key, Func<PreparedClaim?, PreparedClaim?> change)
    {
        lock (_gate)
        {
            var before = _claims.GetValueOrDefault(key);
            var after = change(before);
            if (!ReferenceEquals(before, after))
            {
                var changed = after is null ? _claims.Remove(key) : _claims.SetItem(key, after);
                _file.Write([.. changed.Values]);
                _claims = changed;
            }

            return after;
        }
    }
}
