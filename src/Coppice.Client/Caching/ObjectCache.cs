using System.Globalization;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Client;

/// <param name="Old">Null when the object is new to the cache.</param>
/// <param name="New">Null when it is gone.</param>
public readonly record struct ObjectChange<T>(T? Old, T? New) where T : KubernetesObject
{
    /// <summary>The object as it is, or as it was last.</summary>
    public T Item => (New ?? Old)!;
}

/// <summary>
/// A watched copy of a query's objects, with indexes. It lists once, then follows the watch; when its place in the history is gone it
/// lists again and tells only of what differs. In the API server's process the copies are the very objects that the API holds.
/// </summary>
/// <remarks>
/// Reads may come from any thread. Handlers run one after another on the cache's own loop and must only note a key: everything they
/// hold up, holds up the cache.
/// </remarks>
public sealed partial class ObjectCache<T>(IApiClient client, ListQuery query, TimeProvider time, ILogger log)
    where T : KubernetesObject
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<ObjectKey, T> _items = [];
    private readonly List<CacheIndex<T>> _indexes = [];
    private readonly List<Action<ObjectChange<T>>> _handlers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Revision, TaskCompletionSource Reached)> _waiters = [];
    private long _revision;

    /// <summary>All objects in the order of their keys, as of now.</summary>
    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_gate)
            {
                return [.. _items.Values];
            }
        }
    }

    /// <summary>True once the first list is in; until then an absent object may merely be unknown.</summary>
    public bool IsSynced => _synced.Task.IsCompletedSuccessfully;

    public T? Find(ObjectKey key)
    {
        lock (_gate)
        {
            return _items.GetValueOrDefault(key);
        }
    }

    /// <summary>Adds an index: under which names an object is to be found. Call before <see cref="RunAsync"/>.</summary>
    public CacheIndex<T> AddIndex(Func<T, IEnumerable<string>> names)
    {
        var index = new CacheIndex<T>(names, _gate);
        _indexes.Add(index);
        return index;
    }

    /// <summary>Tells of every change from now on, and first of what is there already. Call before <see cref="RunAsync"/>.</summary>
    public void Subscribe(Action<ObjectChange<T>> handler) => _handlers.Add(handler);

    /// <summary>Completes when the first list is in.</summary>
    public Task WaitUntilSyncedAsync() => _synced.Task;

    /// <summary>
    /// Completes when the cache has seen a revision: a reconciler that wrote waits for its own write, so that it never plans on a world
    /// from before it.
    /// </summary>
    public Task WaitUntilSeenAsync(string? revision)
    {
        if (!long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
        {
            return Task.CompletedTask;
        }

        lock (_gate)
        {
            if (_revision >= wanted)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((wanted, reached));
            return reached.Task;
        }
    }

    /// <summary>Follows the API until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var list = await client.ListAsync<T>(query, stop);
                Replace(list);
                _synced.TrySetResult();
                await FollowAsync(list.Revision, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.IsExpired)
            {
                // The place was compacted away while we were slow: list again at once.
            }
            catch (Exception e) when (e is ApiException or IOException or HttpRequestException)
            {
                LogLost(typeof(T).Name, e.Message);
                await PauseAsync(stop);
            }
        }
    }

    // Not by ContinueWith: a delay that is given up continues its continuations on the thread pool.
    private async ValueTask PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(RetryDelay, time, stop);
        }
        catch (OperationCanceledException)
        {
            // The next look at the token ends it.
        }
    }

    private async Task FollowAsync(string revision, CancellationToken stop)
    {
        await using var watch = client.Watch<T>(query, revision);
        while (true)
        {
            foreach (var change in await watch.NextAsync(stop))
            {
                Apply(ObjectKey.Of(change.Item), change.Type == WatchEventType.Deleted ? null : change.Item);
            }

            Advance(watch.Revision);
        }
    }

    private void Replace(ObjectList<T> list)
    {
        var present = list.Items.ToDictionary(ObjectKey.Of);
        foreach (var gone in Items.Where(i => !present.ContainsKey(ObjectKey.Of(i))).ToList())
        {
            Apply(ObjectKey.Of(gone), null);
        }

        foreach (var item in list.Items)
        {
            if (Find(ObjectKey.Of(item))?.Metadata.ResourceVersion != item.Metadata.ResourceVersion)
            {
                Apply(ObjectKey.Of(item), item);
            }
        }

        Advance(list.Revision);
    }

    private void Apply(ObjectKey key, T? item)
    {
        T? old;
        lock (_gate)
        {
            old = _items.GetValueOrDefault(key);
            if (item is null)
            {
                _items.Remove(key);
            }
            else
            {
                _items[key] = item;
            }

            foreach (var index in _indexes)
            {
                index.Update(key, old, item);
            }
        }

        if (old is not null && item is not null && old.Metadata.Uid != item.Metadata.Uid)
        {
            // Deleted and made again between two looks: two changes, as everybody else saw it.
            Tell(new(old, null));
            old = null;
        }

        if (old is not null || item is not null)
        {
            Tell(new(old, item));
        }
    }

    private void Tell(ObjectChange<T> change)
    {
        foreach (var handler in _handlers)
        {
            handler(change);
        }
    }

    private void Advance(string revision)
    {
        lock (_gate)
        {
            _revision = Math.Max(_revision, long.Parse(revision, CultureInfo.InvariantCulture));
            foreach (var (wanted, reached) in _waiters)
            {
                if (wanted <= _revision)
                {
                    reached.TrySetResult();
                }
            }

            _waiters.RemoveAll(w => w.Revision <= _revision);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The watch of {Kind} was lost and is taken up again: {Why}")]
    private partial void LogLost(string kind, string why);
}

/// <summary>Objects of a cache by a name that is not their own: a pod's node, an owner's uid.</summary>
public sealed class CacheIndex<T> where T : KubernetesObject
{
    private readonly Func<T, IEnumerable<string>> _names;
    private readonly Lock _gate;
    private readonly Dictionary<string, SortedDictionary<ObjectKey, T>> _byName = new(StringComparer.Ordinal);

    internal CacheIndex(Func<T, IEnumerable<string>> names, Lock gate)
    {
        _names = names;
        _gate = gate;
    }

    /// <summary>The objects under a name, in the order of their keys.</summary>
    public IReadOnlyList<T> Find(string name)
    {
        lock (_gate)
        {
            return _byName.TryGetValue(name, out var items) ? [.. items.Values] : [];
        }
    }

    internal void Update(ObjectKey key, T? old, T? item)
    {
        foreach (var name in old is null ? [] : _names(old))
        {
            if (_byName.TryGetValue(name, out var items) && items.Remove(key) && items.Count == 0)
            {
                _byName.Remove(name);
            }
        }

        foreach (var name in item is null ? [] : _names(item))
        {
            if (!_byName.TryGetValue(name, out var items))
            {
                _byName[name] = items = [];
            }

            items[key] = item!;
        }
    }
}
