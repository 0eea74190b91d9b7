using System.Globalization;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Client;

/// <summary>
/// A watched copy of a query's objects, however many use it. It lists once, then follows the watch; when its place in the history is
/// gone it lists again and tells only of what differs. In the API server's process the copies are the very objects that the API holds.
/// </summary>
/// <remarks>
/// Reads may come from any thread. Handlers run one after another on the informer's own loop, in the order in which they came; one that
/// comes late is first told of all that is there, by whoever brings it.
/// </remarks>
internal sealed partial class Informer(IApiClient client, Kind kind, ListQuery query, TimeProvider time, ILogger log)
{
    // What fails again and again is asked more and more seldom, as by Kubernetes' clients.
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    // The outer lock: held while a change is made and told. The inner one is held for the reads and writes of the fields alone.
    private readonly Lock _telling = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ObjectKey, KubernetesObject> _items = [];
    private readonly List<InformerIndex> _indexes = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Revision, TaskCompletionSource Reached)> _waiters = [];
    private Action<KubernetesObject?, KubernetesObject?>[] _handlers = [];
    private long _revision;

    public Task Synced => _synced.Task;

    public IReadOnlyList<T> Items<T>() where T : KubernetesObject
    {
        lock (_gate)
        {
            var items = new T[_items.Count];
            var next = 0;
            foreach (var item in _items.Values)
            {
                items[next++] = (T)item;
            }

            return items;
        }
    }

    public KubernetesObject? Find(ObjectKey key)
    {
        lock (_gate)
        {
            return _items.GetValueOrDefault(key);
        }
    }

    /// <summary>An index under these names. Whoever gives the same function shares one.</summary>
    public InformerIndex AddIndex<T>(Func<T, IEnumerable<string>> names) where T : KubernetesObject
    {
        lock (_gate)
        {
            if (_indexes.Find(index => index.Names.Equals(names)) is { } shared)
            {
                shared.Users++;
                return shared;
            }

            var made = new InformerIndex(names, item => names((T)item), _gate);
            foreach (var (key, item) in _items)
            {
                made.Update(key, null, item);
            }

            _indexes.Add(made);
            return made;
        }
    }

    public void Release(InformerIndex index)
    {
        lock (_gate)
        {
            if (--index.Users == 0)
            {
                _indexes.Remove(index);
            }
        }
    }

    public void Subscribe(Action<KubernetesObject?, KubernetesObject?> handler)
    {
        lock (_telling)
        {
            _handlers = [.. _handlers, handler];
            foreach (var item in Items<KubernetesObject>())
            {
                handler(null, item);
            }
        }
    }

    /// <summary>The handler hears nothing more once this returns.</summary>
    public void Unsubscribe(Action<KubernetesObject?, KubernetesObject?> handler)
    {
        lock (_telling)
        {
            _handlers = [.. _handlers.Where(one => one != handler)];
        }
    }

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
        try
        {
            await ListAndFollowAsync(stop);
        }
        finally
        {
            // Whoever waits for what will not come any more is to end, too.
            _synced.TrySetCanceled(stop);
        }
    }

    private async Task ListAndFollowAsync(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                var list = await client.ListAsync(kind, query, stop);
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
            catch (Exception e)
            {
                // Whatever it is: without this copy, all who use it would act on the world of now for ever.
                if (e is ApiException or IOException or HttpRequestException)
                {
                    LogLost(kind.QualifiedResource, e.Message);
                }
                else
                {
                    LogBroke(kind.QualifiedResource, e);
                }

                // A watch that held for longer than the longest pause was no failure of the tries before it.
                failures = time.GetElapsedTime(began) > Retry.Longest ? 1 : failures + 1;
                await PauseAsync(Retry.After(failures), stop);
            }
        }
    }

    // Not by ContinueWith: a delay that is given up continues its continuations on the thread pool.
    private async ValueTask PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, time, stop);
        }
        catch (OperationCanceledException)
        {
            // The next look at the token ends it.
        }
    }

    private async Task FollowAsync(string revision, CancellationToken stop)
    {
        await using var watch = client.Watch(kind, query, revision);
        while (true)
        {
            foreach (var change in await watch.NextAsync(stop))
            {
                Apply(ObjectKey.Of(change.Item), change.Type == WatchEventType.Deleted ? null : change.Item);
            }

            Advance(watch.Revision);
        }
    }

    private void Replace(ObjectList<KubernetesObject> list)
    {
        var present = list.Items.Select(ObjectKey.Of).ToHashSet();
        foreach (var gone in Items<KubernetesObject>().Select(ObjectKey.Of).Where(key => !present.Contains(key)))
        {
            Apply(gone, null);
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

    private void Apply(ObjectKey key, KubernetesObject? item)
    {
        lock (_telling)
        {
            var old = Put(key, item);
            if (old is not null && item is not null && old.Metadata.Uid != item.Metadata.Uid)
            {
                // Deleted and made again between two looks: two changes, as everybody else saw it.
                Tell(old, null);
                old = null;
            }

            if (old is not null || item is not null)
            {
                Tell(old, item);
            }
        }
    }

    private KubernetesObject? Put(ObjectKey key, KubernetesObject? item)
    {
        lock (_gate)
        {
            var old = _items.GetValueOrDefault(key);
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

            return old;
        }
    }

    private void Tell(KubernetesObject? old, KubernetesObject? item)
    {
        foreach (var handler in _handlers)
        {
            handler(old, item);
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

    [LoggerMessage(8001, LogLevel.Warning, "The watch of {Kind} was lost and is taken up again: {Why}")]
    private partial void LogLost(string kind, string why);

    [LoggerMessage(8002, LogLevel.Error, "The watch of {Kind} broke and is taken up again")]
    private partial void LogBroke(string kind, Exception e);
}
