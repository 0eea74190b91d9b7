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
/// One user's view of a watched copy of objects, with indexes: of a copy of its own, which it runs, or of one that a
/// <see cref="CacheSet"/> shares and runs. Disposing of it ends what this user asked for, and no other.
/// </summary>
/// <remarks>
/// Reads may come from any thread. Handlers run one after another and must only note a key: everything they hold up, holds up the cache.
/// </remarks>
/// <typeparam name="T">The record of the objects; <see cref="KubernetesObject"/> for whatever they are.</typeparam>
public sealed class ObjectCache<T> : IDisposable
    where T : KubernetesObject
{
    private readonly Informer _informer;
    private readonly Action? _release;
    private readonly List<Action> _undo = [];
    private bool _isDisposed;

    /// <summary>A copy of one's own; run it.</summary>
    public ObjectCache(IApiClient client, ListQuery query, TimeProvider time, ILogger log) =>
        _informer = new(client, BuiltInKinds.Of<T>(), query, time, log);

    internal ObjectCache(Informer informer, Action release)
    {
        _informer = informer;
        _release = release;
    }

    /// <summary>All objects in the order of their keys, as of now.</summary>
    public IReadOnlyList<T> Items => _informer.Items<T>();

    /// <summary>True once the first list is in; until then an absent object may merely be unknown.</summary>
    public bool IsSynced => _informer.Synced.IsCompletedSuccessfully;

    public T? Find(ObjectKey key) => (T?)_informer.Find(key);

    /// <summary>Adds an index: under which names an object is to be found. Whoever gives the same function, as from a static field, shares one.</summary>
    public CacheIndex<T> AddIndex(Func<T, IEnumerable<string>> names)
    {
        var index = _informer.AddIndex(names);
        _undo.Add(() => _informer.Release(index));
        return new(index);
    }

    /// <summary>Tells of every change from now on, and first of what is there already.</summary>
    public void Subscribe(Action<ObjectChange<T>> handler)
    {
        Action<KubernetesObject?, KubernetesObject?> untyped = (old, item) => handler(new((T?)old, (T?)item));
        _undo.Add(() => _informer.Unsubscribe(untyped));
        _informer.Subscribe(untyped);
    }

    /// <summary>Completes when the first list is in; canceled where the copy is not followed any more before that.</summary>
    public Task WaitUntilSyncedAsync() => _informer.Synced;

    /// <summary>
    /// Completes when the cache has seen a revision: a reconciler that wrote waits for its own write, so that it never plans on a world
    /// from before it.
    /// </summary>
    public Task WaitUntilSeenAsync(string? revision) => _informer.WaitUntilSeenAsync(revision);

    /// <summary>Follows the API until stopped.</summary>
    /// <exception cref="InvalidOperationException">It is a set's, which runs it.</exception>
    public Task RunAsync(CancellationToken stop) =>
        _release is null ? _informer.RunAsync(stop) : throw new InvalidOperationException("a shared cache is run by its set");

    /// <summary>Its handlers hear nothing more. A shared copy goes with its last user.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _undo.ForEach(undo => undo());
        _release?.Invoke();
    }
}
