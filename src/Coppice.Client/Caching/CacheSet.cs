using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Client;

/// <summary>
/// The shared caches (informers) of a component: a watched copy of a kind is made when it is first asked for, shared by all that ask
/// for it, and ended with its last user. What nobody asks for is not watched.
/// </summary>
/// <remarks>
/// It may be asked before it runs and afterwards, from any thread. Handlers of those who asked earlier are told of a change earlier, so
/// that whoever asks first acts first.
/// </remarks>
public sealed class CacheSet(IApiClient client, TimeProvider time, ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger("Coppice.Caches");
    private readonly Lock _gate = new();
    private readonly Dictionary<(Kind Kind, ListQuery Query), SharedInformer> _shared = [];
    private readonly HashSet<Task> _running = [];
    private CancellationToken? _stop;

    /// <summary>All objects of a kind, or those of a query.</summary>
    public ObjectCache<T> Of<T>(ListQuery? query = null) where T : KubernetesObject => Use<T>(BuiltInKinds.Of<T>(), query ?? ListQuery.All);

    /// <summary>All objects of a kind that may be known only at run time.</summary>
    public ObjectCache<KubernetesObject> Of(Kind kind) => Use<KubernetesObject>(kind, ListQuery.All);

    /// <summary>Follows the API until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        List<SharedInformer> asked;
        lock (_gate)
        {
            _stop = stop;
            asked = [.. _shared.Values];
        }

        asked.ForEach(Start);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(stopped.SetResult))
        {
            await stopped.Task;
        }

        while (Running() is { Length: > 0 } running)
        {
            await Task.WhenAll(running);
        }
    }

    /// <summary>Completes when the first lists of all that were asked for by now are in; canceled where one is not followed any more before that.</summary>
    public async Task WaitUntilSyncedAsync()
    {
        List<SharedInformer> asked;
        lock (_gate)
        {
            asked = [.. _shared.Values];
        }

        foreach (var shared in asked)
        {
            await shared.Informer.Synced;
        }
    }

    /// <summary>The kinds of which a first list is not in yet.</summary>
    public IReadOnlyList<Kind> Unsynced
    {
        get
        {
            lock (_gate)
            {
                return [.. _shared.Where(one => !one.Value.Informer.Synced.IsCompletedSuccessfully).Select(one => one.Key.Kind)];
            }
        }
    }

    private ObjectCache<T> Use<T>(Kind kind, ListQuery query) where T : KubernetesObject
    {
        SharedInformer? shared;
        lock (_gate)
        {
            if (!_shared.TryGetValue((kind, query), out shared))
            {
                _shared[(kind, query)] = shared = new(new(client, kind, query, time, _log), () => _shared.Remove((kind, query)));
            }

            shared.Users++;
        }

        Start(shared);
        return new(shared.Informer, () => Release(shared));
    }

    private void Start(SharedInformer shared)
    {
        CancellationTokenSource stop;
        lock (_gate)
        {
            if (_stop is not { IsCancellationRequested: false } running || shared.Stop is not null || shared.Users == 0)
            {
                return;
            }

            shared.Stop = stop = CancellationTokenSource.CreateLinkedTokenSource(running);
        }

        // Not under the lock: it may list at once, and tell whoever is there.
        var task = FollowAsync(shared.Informer, stop);
        lock (_gate)
        {
            _running.RemoveWhere(one => one.IsCompletedSuccessfully);
            _running.Add(task);
        }
    }

    private void Release(SharedInformer shared)
    {
        lock (_gate)
        {
            if (--shared.Users > 0)
            {
                return;
            }

            shared.Remove();
            if (_stop is { IsCancellationRequested: true })
            {
                return;
            }
        }

        // Not CancelAsync: its callbacks would run on the thread pool, out of a simulation's sight.
        shared.Stop?.Cancel();
    }

    private static async Task FollowAsync(Informer informer, CancellationTokenSource stop)
    {
        using (stop)
        {
            await informer.RunAsync(stop.Token);
        }
    }

    private Task[] Running()
    {
        lock (_gate)
        {
            var running = _running.Where(one => !one.IsCompletedSuccessfully).ToArray();
            _running.Clear();
            return running;
        }
    }

    /// <summary>An informer with those who use it.</summary>
    /// <param name="remove">Lets the next who asks have another.</param>
    private sealed class SharedInformer(Informer informer, Action remove)
    {
        public Informer Informer => informer;

        public int Users { get; set; }

        /// <summary>Null until it runs.</summary>
        public CancellationTokenSource? Stop { get; set; }

        public void Remove() => remove();
    }
}
