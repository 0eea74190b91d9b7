using System.Collections.Immutable;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;

namespace Coppice.Controllers.Quotas;

/// <summary>Tells in the status of each quota what of it is used, as soon as an object that it counts comes, changes or goes.</summary>
internal sealed class QuotaReconciler(IApiClient api, CacheSet caches, EveryKind kinds, TimeProvider time) : IDeclaredReconciler
{
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    private readonly ObjectCache<ResourceQuota> _quotas = caches.Of<ResourceQuota>();
    private readonly CacheIndex<ResourceQuota> _byNamespace = caches.Of<ResourceQuota>().AddIndex(Indexes.ByNamespace);
    private readonly ObjectCache<DeviceClass> _classes = caches.Of<DeviceClass>();
    private readonly Dictionary<Kind, CountedKind> _counted = [];
    private readonly Lock _gate = new();
    private Controller? _controller;

    // Which class stands for which extended resource, as of the last change of one that was told.
    private volatile ImmutableDictionary<string, string> _resources = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    public Controller Declare(Controller controller)
    {
        // Before any quota is woken by it.
        _classes.Subscribe(change =>
        {
            var name = change.Item.Metadata.Name!;
            _resources = change.New?.Spec.ExtendedResourceName is { Length: > 0 } resource ? _resources.SetItem(name, resource) : _resources.Remove(name);
        });
        _controller = controller.Watches(_quotas).WokenBy(_classes, CountingDevices);

        // What a quota limits may come to be served only after it.
        kinds.OnEach(kind =>
        {
            foreach (var quota in _quotas.Items.Where(quota => quota.Spec.Hard.Keys.Any(name => QuotaUsage.IsOf(kind.Kind, name))))
            {
                controller.Enqueue(ObjectKey.Of(quota));
            }
        });
        return controller;
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_quotas.Find(key) is not { } quota)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe: what it counts, and from now on each change of that.
        var counted = Counted(quota);
        foreach (var kind in counted)
        {
            await kind.Cache.WaitUntilSyncedAsync();
        }

        await _classes.WaitUntilSyncedAsync();

        // 2. Plan.
        var now = time.GetUtcNow();
        var pods = counted.Find(one => one.Kind == Pods);
        var devices = IsOfDevices(quota) ? new QuotaDevices(_resources, key => (Pod?)pods?.Cache.Find(key)) : null;
        var plan = QuotaPlanner.Plan(quota, [.. counted.Select(one => one.ShareOf(quota, devices, now))]);

        // 3. Apply.
        if (plan.Status != quota.Status)
        {
            await _quotas.ExpectAsync(await api.UpdateStatusAsync(quota with { Status = plan.Status }, stop), time, stop);
        }

        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    /// <summary>The kinds that a quota limits. Only these are looked at, from the first quota on that does; one that is no longer served is let go of.</summary>
    private List<CountedKind> Counted(ResourceQuota quota)
    {
        lock (_gate)
        {
            var served = kinds.Served.Where(QuotaUsage.IsCounted).ToList();
            foreach (var gone in _counted.Keys.Except(served).ToList())
            {
                _counted.Remove(gone, out var its);
                its!.Dispose();
            }

            return [.. served.Where(kind => quota.Spec.Hard.Keys.Any(name => QuotaUsage.IsOf(kind, name))).Select(Follow)];
        }
    }

    private CountedKind Follow(Kind kind)
    {
        if (!_counted.TryGetValue(kind, out var counted))
        {
            _counted[kind] = counted = new(kind, caches.Of(kind));
            _controller!.WokenBy(counted.Cache, change => Counting(kind, change));
        }

        return counted;
    }

    private IEnumerable<ObjectKey> Counting(Kind kind, ObjectChange<KubernetesObject> change)
    {
        var quotas = _byNamespace.Find(change.Item.Metadata.Namespace ?? "");
        return quotas.Count == 0 || !Matters(kind, change, time.GetUtcNow()) ? [] : quotas.Select(ObjectKey.Of);
    }

    /// <summary>Most changes are of what an object reports, which takes no more for that; which quotas count it may change in between.</summary>
    private static bool Matters(Kind kind, ObjectChange<KubernetesObject> change, DateTimeOffset now) =>
        change is not { Old: { } old, New: { } item }
        || old.Metadata.DeletionTimestamp != item.Metadata.DeletionTimestamp
        || (old, item) is (Pod { Spec: var before }, Pod { Spec: var after }) && before.ActiveDeadlineSeconds != after.ActiveDeadlineSeconds
        || item is PersistentVolumeClaim
        || !QuotaUsage.IsAlike(kind, old, item, now);

    /// <summary>A class that stands for another resource than before has claims counted under other names.</summary>
    private IEnumerable<ObjectKey> CountingDevices(ObjectChange<DeviceClass> change) =>
        change.Old?.Spec.ExtendedResourceName == change.New?.Spec.ExtendedResourceName
            ? []
            : _quotas.Items.Where(IsOfDevices).Select(ObjectKey.Of);

    private static bool IsOfDevices(ResourceQuota quota) => quota.Spec.Hard.Keys.Any(QuotaUsage.IsOfDevices);

    /// <summary>The watched copy of a kind that some quota limits, and what its objects take.</summary>
    private sealed class CountedKind : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, QuotaSums> _sums = new(StringComparer.Ordinal);

        public CountedKind(Kind kind, ObjectCache<KubernetesObject> cache)
        {
            (Kind, Cache) = (kind, cache);
            cache.Subscribe(change => Learn(ObjectKey.Of(change.Item), change.New));
        }

        public Kind Kind { get; }

        public ObjectCache<KubernetesObject> Cache { get; }

        public QuotaShare ShareOf(ResourceQuota quota, QuotaDevices? devices, DateTimeOffset now)
        {
            lock (_gate)
            {
                return (_sums.GetValueOrDefault(quota.Metadata.Namespace ?? "") ?? new(Kind)).Of(quota, now, devices);
            }
        }

        public void Dispose() => Cache.Dispose();

        private void Learn(ObjectKey key, KubernetesObject? item)
        {
            lock (_gate)
            {
                if (!_sums.TryGetValue(key.Namespace, out var sums))
                {
                    _sums[key.Namespace] = sums = new(Kind);
                }

                sums.Learn(key, item);
                if (sums.IsEmpty)
                {
                    _sums.Remove(key.Namespace);
                }
            }
        }
    }
}
