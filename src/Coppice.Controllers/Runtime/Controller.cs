using Coppice.Client;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// Declares what wakes a reconciler. Declare before the caches run: a cache tells its subscribers of what is there already when it
/// takes in its first list.
/// </summary>
internal sealed class Controller(string name, IReconciler reconciler, ReconcileOptions options, TimeProvider time, ILogger log)
{
    private readonly ReconcileLoop _loop = new(name, reconciler, options, time, log);

    public string Name => name;

    /// <summary>Nothing waits and nothing runs.</summary>
    public bool IsIdle => _loop.IsIdle;

    /// <summary>A change of an object wakes its own key.</summary>
    public Controller Watches<T>(WatchedKind<T> kind) where T : KubernetesObject => WokenBy(kind, change => [ObjectKey.Of(change.Item)]);

    /// <summary>A change of an object wakes the owner that controls it, and the one that did before the change.</summary>
    public Controller Owns<TOwner, T>(WatchedKind<T> kind)
        where TOwner : KubernetesObject
        where T : KubernetesObject
    {
        kind.Cache.Subscribe(change =>
        {
            var before = ControllerRef.KeyOf<TOwner>(change.Old);
            var after = ControllerRef.KeyOf<TOwner>(change.New);
            if (before is { } old)
            {
                _loop.Enqueue(old);
            }

            if (after is { } current && after != before)
            {
                _loop.Enqueue(current);
            }
        });
        return this;
    }

    public Controller WokenBy<T>(WatchedKind<T> kind, Func<ObjectChange<T>, IEnumerable<ObjectKey>> keys) where T : KubernetesObject
    {
        kind.Cache.Subscribe(change =>
        {
            foreach (var key in keys(change))
            {
                _loop.Enqueue(key);
            }
        });
        return this;
    }

    public void Enqueue(ObjectKey key) => _loop.Enqueue(key);

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);
}
