using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers.Runtime;

/// <summary>A reconciler that says what wakes it.</summary>
internal interface IDeclaredReconciler : IReconciler
{
    Controller Declare(Controller controller);
}

/// <summary>Declares what wakes a reconciler: a cache tells of what is there already, and of every change from then on.</summary>
internal sealed class Controller
{
    private readonly QuotaWaits _waits;
    private readonly ReconcileLoop<ObjectKey> _loop;

    public Controller(string name, IReconciler reconciler, ReconcileOptions options, TimeProvider time, ILogger log)
    {
        Name = name;
        _waits = new(reconciler);
        _loop = new(name, _waits, options, time, log);
    }

    public string Name { get; }

    /// <summary>Nothing waits and nothing runs.</summary>
    public bool IsIdle => _loop.IsIdle;

    /// <summary>A change of an object wakes its own key.</summary>
    public Controller Watches<T>(ObjectCache<T> cache) where T : KubernetesObject => WokenBy(cache, change => [ObjectKey.Of(change.Item)]);

    /// <summary>A change of an object wakes the owner that controls it, and the one that did before the change.</summary>
    public Controller Owns<TOwner, T>(ObjectCache<T> cache)
        where TOwner : KubernetesObject
        where T : KubernetesObject
    {
        cache.Subscribe(change =>
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

    public Controller WokenBy<T>(ObjectCache<T> cache, Func<ObjectChange<T>, IEnumerable<ObjectKey>> keys) where T : KubernetesObject
    {
        cache.Subscribe(change =>
        {
            foreach (var key in keys(change))
            {
                _loop.Enqueue(key);
            }
        });
        return this;
    }

    /// <summary>What a namespace's quotas refused is tried again as soon as there is more of one.</summary>
    public Controller WokenByMoreOf(ObjectCache<ResourceQuota> quotas) =>
        WokenBy(quotas, change => QuotaWaits.IsMore(change) ? _waits.In(change.Item.Metadata.Namespace ?? "") : []);

    public void WriteTo(MetricsText text) => _loop.WriteTo(text);

    public void Enqueue(ObjectKey key) => _loop.Enqueue(key);

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);
}
