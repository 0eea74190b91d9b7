using System.Collections.Immutable;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Storage;

/// <summary>
/// All objects of a kind as they are now, for the rules that the API server itself goes by: roles, quotas, webhooks. Every look takes
/// what was written since the last one out of the store's history, so that no loop runs and nobody is behind a write that was
/// acknowledged; before the first look nothing is read or kept.
/// </summary>
/// <remarks>Made for kinds with few objects, or such as somebody looks at all the time: all of them stay in memory. Any thread may look.</remarks>
/// <param name="space">The namespace whose objects are meant; null for all.</param>
/// <param name="learn">Told of every object that a look finds changed, and of none twice at a time: by its key, with null for one that is gone.</param>
public sealed class LiveObjects<T>(ObjectStorage storage, Kind kind, string? space = null, Action<ObjectKey, T?>? learn = null)
    where T : KubernetesObject
{
    private readonly Lock _gate = new();
    private volatile Seen? _seen;
    private volatile IStoreWatch? _watch;

    public LiveObjects(ObjectStorage storage)
        : this(storage, BuiltInKinds.Of<T>())
    {
    }

    /// <summary>Everything there is, in the order of keys; the same instance as long as nothing has changed, so that one may derive from it by instance.</summary>
    /// <exception cref="Errors.ApiError">The store cannot be read.</exception>
    public ValueTask<ImmutableSortedDictionary<ObjectKey, T>> NowAsync(CancellationToken stop) =>
        _seen is { } seen && seen.At >= _watch?.Newest ? new(seen.Objects)
        : TryFollow() is { } followed ? new(followed)
        : ListAsync(stop);

    /// <summary>Null if there is no place in the history to go on from: at the first look, and when nobody looked for so long that it is gone.</summary>
    private ImmutableSortedDictionary<ObjectKey, T>? TryFollow()
    {
        lock (_gate)
        {
            if (_watch is null || _seen is null)
            {
                return null;
            }

            var objects = _seen.Objects.ToBuilder();
            try
            {
                for (var batch = _watch.Take(); batch.Count > 0; batch = _watch.Take())
                {
                    foreach (var change in batch)
                    {
                        Apply(objects, change);
                    }
                }

                return (_seen = new Seen(objects.ToImmutable(), _watch.Progress)).Objects;
            }
            catch (CompactedException)
            {
                // What was told already is a part of what the next list is compared with.
                _seen = _seen with { Objects = objects.ToImmutable() };
                _watch.Dispose();
                _watch = null;
                return null;
            }
        }
    }

    private async ValueTask<ImmutableSortedDictionary<ObjectKey, T>> ListAsync(CancellationToken stop)
    {
        var range = await storage.RangeAsync(new RangeQuery(ObjectStorage.Prefix(kind, space)), stop);
        var objects = range.Entries.Select(ItemOf).ToImmutableSortedDictionary(ObjectKey.Of, item => item);
        lock (_gate)
        {
            // Somebody who listed at the same time may have been quicker, and have seen more.
            if (_watch is null || _seen is null || _seen.At < range.At)
            {
                _watch?.Dispose();
                _watch = storage.Watch(kind, space, range.At);
                Tell(_seen?.Objects, objects);
                _seen = new Seen(objects, range.At);
            }

            return _seen.Objects;
        }
    }

    private void Tell(ImmutableSortedDictionary<ObjectKey, T>? before, ImmutableSortedDictionary<ObjectKey, T> now)
    {
        if (learn is null)
        {
            return;
        }

        foreach (var key in before?.Keys.Where(key => !now.ContainsKey(key)) ?? [])
        {
            learn(key, null);
        }

        foreach (var (key, item) in now)
        {
            learn(key, item);
        }
    }

    private void Apply(ImmutableSortedDictionary<ObjectKey, T>.Builder objects, StoreEvent change)
    {
        if (change.Type == StoreEventType.Delete)
        {
            var key = ObjectKey.Of(ObjectStorage.FormOf(kind, change.Entry, deleted: true).Item);
            objects.Remove(key);
            learn?.Invoke(key, null);
            return;
        }

        var item = ItemOf(change.Entry);
        objects[ObjectKey.Of(item)] = item;
        learn?.Invoke(ObjectKey.Of(item), item);
    }

    private T ItemOf(StoreEntry entry) => (T)ObjectStorage.FormOf(kind, entry).Item;

    private sealed record Seen(ImmutableSortedDictionary<ObjectKey, T> Objects, Revision At);
}
