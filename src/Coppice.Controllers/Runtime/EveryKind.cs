using System.Collections.Frozen;
using System.Threading.Channels;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.Controllers.Runtime;

/// <summary>The watched copy of one of all kinds.</summary>
internal sealed class KindCache(Kind kind, ObjectCache<KubernetesObject> cache) : IDisposable
{
    private readonly CacheIndex<KubernetesObject> _byOwner = cache.AddIndex(Indexes.ByOwner);

    public Kind Kind => kind;

    public ObjectCache<KubernetesObject> Cache => cache;

    /// <summary>The objects that name this uid among their owners, whatever any cache holds of that owner.</summary>
    public IReadOnlyList<KubernetesObject> DependentsOf(string ownerUid) => _byOwner.Find(ownerUid);

    public void Dispose() => cache.Dispose();
}

/// <summary>
/// The shared caches of every kind that the API serves, for those who may forget none. A kind that comes to be served is watched from
/// then on; one that goes is no more.
/// </summary>
internal sealed class EveryKind
{
    private readonly CacheSet _caches;
    private readonly IKindSource _kinds;
    private readonly List<Action<KindCache>> _followers = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Swapped whole: by whoever makes this, and then by the loop alone.
    private volatile Snapshot _current = new([]);

    public EveryKind(CacheSet caches, IKindSource kinds)
    {
        (_caches, _kinds) = (caches, kinds);
        Follow();
    }

    /// <summary>In the order of discovery.</summary>
    public IReadOnlyList<KindCache> All => _current.All;

    /// <summary>
    /// The kinds themselves, as of this moment, also one whose cache comes only now: of those that are versions of the same objects one,
    /// the stored one if it is served.
    /// </summary>
    public IEnumerable<Kind> Served => _kinds.Current.OrderBy(kind => kind.Stored == kind ? 0 : 1).DistinctBy(kind => kind.Stored);

    /// <summary>Nothing is unknown of any kind.</summary>
    public bool IsSynced => All.All(one => one.Cache.IsSynced);

    /// <summary>Of whatever version: an owner is named with the one that somebody knew.</summary>
    public KindCache? Find(string group, string name) => _current.ByName.GetValueOrDefault((group, name));

    /// <summary>Tells of every kind, those that come later as they come. Call before <see cref="RunAsync"/>.</summary>
    public void OnEach(Action<KindCache> follower)
    {
        _followers.Add(follower);
        foreach (var one in All)
        {
            follower(one);
        }
    }

    /// <summary>Follows the kinds until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _kinds.Changed += Wake;
        try
        {
            Wake();
            while (await _wake.Reader.WaitToReadAsync(stop))
            {
                _wake.Reader.TryRead(out _);
                Follow();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whoever runs the caches ends them.
        }
        finally
        {
            _kinds.Changed -= Wake;
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private void Follow()
    {
        var wanted = Served.ToList();
        var before = All;
        List<KindCache> added = [];
        _current = new([.. wanted.Select(kind => before.FirstOrDefault(one => one.Kind == kind) ?? Add(kind, added))]);
        foreach (var gone in before.Where(one => !wanted.Contains(one.Kind)))
        {
            gone.Dispose();
        }

        foreach (var one in added)
        {
            _followers.ForEach(follower => follower(one));
        }
    }

    private KindCache Add(Kind kind, List<KindCache> added)
    {
        var one = new KindCache(kind, _caches.Of(kind));
        added.Add(one);
        return one;
    }

    private sealed record Snapshot(IReadOnlyList<KindCache> All)
    {
        public FrozenDictionary<(string Group, string Name), KindCache> ByName { get; } =
            All.DistinctBy(one => (one.Kind.Group, one.Kind.Name)).ToFrozenDictionary(one => (one.Kind.Group, one.Kind.Name));
    }
}
