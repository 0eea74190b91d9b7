using System.Collections.Immutable;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.Simulation.World;

/// <summary>One version of an object that was written in the place of another.</summary>
/// <param name="Old">Null for one that was made.</param>
/// <param name="New">Null for one that is gone.</param>
internal sealed record Write(KubernetesObject? Old, KubernetesObject? New)
{
    public KubernetesObject Item => New ?? Old!;
}

/// <summary>All objects as the store held them after one of its writes, and as they were when the moment began in which that was written.</summary>
internal sealed class StoredWorld
{
    // Nobody looks at these, and there are many.
    private static readonly Dictionary<string, Kind> Kinds = BuiltInKinds.All
        .Where(kind => ReferenceEquals(kind.Stored, kind) && kind.Resource is not ("events" or "leases" or "endpoints" or "endpointslices"))
        .ToDictionary(kind => kind.QualifiedResource, StringComparer.Ordinal);

    private readonly Dictionary<Type, ImmutableSortedDictionary<ObjectKey, KubernetesObject>> _now = [];
    private Dictionary<Type, ImmutableSortedDictionary<ObjectKey, KubernetesObject>> _before = [];

    /// <summary>A number for the moments in which something was written.</summary>
    public long Moment { get; private set; }

    public IEnumerable<T> All<T>() where T : KubernetesObject => In<T>(_now);

    public IEnumerable<T> All<T>(string space) where T : KubernetesObject => All<T>().Where(item => item.Metadata.Namespace == space);

    /// <summary>As they were when the moment began.</summary>
    public IEnumerable<T> Before<T>() where T : KubernetesObject => In<T>(_before);

    public T? Find<T>(ObjectKey key) where T : KubernetesObject => Find<T>(_now, key);

    public T? FindBefore<T>(ObjectKey key) where T : KubernetesObject => Find<T>(_before, key);

    /// <summary>What is written from now on is of another moment.</summary>
    public void Begin()
    {
        Moment++;
        _before = new(_now);
    }

    /// <returns>Null for a kind that nobody looks at.</returns>
    public Write? Apply(StoreEvent written)
    {
        var (entry, isGone) = (written.Entry, written.Type == StoreEventType.Delete);
        if (!Kinds.TryGetValue(entry.Key[..entry.Key.IndexOf('/', StringComparison.Ordinal)], out var kind))
        {
            return null;
        }

        return Apply(ObjectStorage.FormOf(kind, entry, isGone).Item, isGone);
    }

    /// <param name="item">As it is from now on, or was last.</param>
    public Write Apply(KubernetesObject item, bool isGone)
    {
        var (type, key) = (item.GetType(), ObjectKey.Of(item));
        var all = _now.GetValueOrDefault(type, ImmutableSortedDictionary<ObjectKey, KubernetesObject>.Empty);
        var write = new Write(all.GetValueOrDefault(key), isGone ? null : item);
        _now[type] = isGone ? all.Remove(key) : all.SetItem(key, item);
        return write;
    }

    private static IEnumerable<T> In<T>(Dictionary<Type, ImmutableSortedDictionary<ObjectKey, KubernetesObject>> all) where T : KubernetesObject =>
        all.TryGetValue(typeof(T), out var items) ? items.Values.Cast<T>() : [];

    private static T? Find<T>(Dictionary<Type, ImmutableSortedDictionary<ObjectKey, KubernetesObject>> all, ObjectKey key) where T : KubernetesObject =>
        all.TryGetValue(typeof(T), out var items) ? (T?)items.GetValueOrDefault(key) : null;
}
