using Coppice.ApiServer.Kinds;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Registry;

/// <summary>
/// Which kinds the API serves. The whole set is replaced at once, so that who looks twice at one <see cref="Current"/> sees the same
/// world, and nobody waits for anybody.
/// </summary>
public sealed class KindRegistry : IKindSource
{
    private readonly Lock _changing = new();
    private readonly Func<Revision> _now;

    // Of the kinds that come and go those that somebody watches.
    private readonly Dictionary<Kind, KindLifetime> _watched = [];

    /// <param name="now">The newest write of the store.</param>
    public KindRegistry(IReadOnlyList<ServedKind> builtIn, Func<Revision>? now = null) => (Current, _now) = (new ServedKinds(builtIn), now ?? (() => Revision.None));

    public ServedKinds Current { get; private set; }

    /// <summary>Told after the set was replaced, by the thread that replaced it.</summary>
    public event Action? Changed;

    /// <summary>Those that are kept: what is made when somebody asks is nobody's to watch, collect or delete.</summary>
    IReadOnlyList<Kind> IKindSource.Current => [.. Current.All.Where(one => one.Source is null).Select(one => one.Kind)];

    /// <summary>Serves kinds, from now on.</summary>
    /// <exception cref="ArgumentException">Another is served under the resource of one.</exception>
    public void Add(params IReadOnlyList<ServedKind> kinds) => Replace(all => [.. all, .. kinds]);

    /// <summary>Serves kinds no longer. Their objects stay in the store: who removes a kind removes its objects first.</summary>
    public void Remove(params IReadOnlyList<Kind> kinds) => Replace(all => [.. all.Where(one => !kinds.Contains(one.Kind))]);

    /// <summary>How long this kind is served as it is now; null for one that always is.</summary>
    internal KindLifetime? LifetimeOf(Kind kind)
    {
        if (!kind.IsCustom)
        {
            return null;
        }

        lock (_changing)
        {
            if (!IsIn(Current, kind))
            {
                return KindLifetime.Past;
            }

            return _watched.TryGetValue(kind, out var lifetime) ? lifetime : _watched[kind] = new();
        }
    }

    private static bool IsIn(ServedKinds kinds, Kind kind) => kinds.Find(kind.Group, kind.Version, kind.Resource)?.Kind == kind;

    /// <summary>Serves some kinds no longer and others from now on, at once. One whose resource another is served under stays away.</summary>
    internal void Replace(IReadOnlyCollection<ServedKind> gone, IReadOnlyCollection<ServedKind> come) => Replace(all =>
    {
        var kept = all.Where(one => !gone.Contains(one)).ToList();
        var taken = kept.Select(one => (one.Kind.Group, one.Kind.Version, one.Kind.Resource)).ToHashSet();
        return [.. kept, .. come.Where(one => taken.Add((one.Kind.Group, one.Kind.Version, one.Kind.Resource)))];
    });

    private void Replace(Func<IReadOnlyList<ServedKind>, IReadOnlyList<ServedKind>> change)
    {
        List<KindLifetime> over;
        lock (_changing)
        {
            var next = new ServedKinds(change(Current.All));
            var gone = _watched.Keys.Where(kind => !IsIn(next, kind)).ToList();
            over = gone.ConvertAll(kind => _watched[kind]);
            gone.ForEach(kind => _watched.Remove(kind));

            // What is written from here on is written by the next set.
            over.ForEach(lifetime => lifetime.Close(_now()));
            Current = next;
        }

        over.ForEach(lifetime => lifetime.Wake());
        Changed?.Invoke();
    }
}
