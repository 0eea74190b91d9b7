using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers.GarbageCollection;

/// <summary>An object of any kind.</summary>
internal readonly record struct GarbageKey(KindCache Kind, ObjectKey Key)
{
    public override string ToString() => $"{Kind.Kind.QualifiedResource} {Key}";
}

/// <summary>
/// The garbage collector: its graph of who owns whom is the shared caches of every kind with their index by owner, and it is woken along
/// the owner references. An owner that goes wakes its dependents; a dependent that goes, or changes its owners, wakes the owners that
/// may be waiting for it; a kind that comes to be served wakes those that name an owner of it.
/// </summary>
internal sealed class GarbageCollector
{
    /// <summary>As many as Kubernetes has; all kinds share them.</summary>
    private const int Workers = 20;

    private readonly EveryKind _kinds;
    private readonly ReconcileLoop<GarbageKey> _loop;
    private volatile bool _isRunning;

    public GarbageCollector(IApiClient api, EveryKind kinds, IEventRecorder events, TimeProvider time, ILogger log)
    {
        _kinds = kinds;
        _loop = new("GarbageCollection", new GarbageReconciler(api, kinds, events, time), ReconcileOptions.Default with { Workers = Workers }, time, log);
        kinds.OnEach(Watch);
    }

    /// <summary>Nothing waits and nothing runs.</summary>
    public bool IsIdle => _loop.IsIdle;

    public void WriteTo(MetricsText text) => _loop.WriteTo(text);

    public Task RunAsync(CancellationToken stop)
    {
        _isRunning = true;
        return _loop.RunAsync(stop);
    }

    private void Watch(KindCache kind)
    {
        // Events refer to objects but never own nor belong to any.
        if (kind.Kind is { Group: "", Resource: "events" })
        {
            return;
        }

        kind.Cache.Subscribe(change => Wake(kind, change.Old, change.New));
        if (_isRunning)
        {
            _ = WakeDependentsAsync(kind);
        }
    }

    private void Wake(KindCache kind, KubernetesObject? old, KubernetesObject? item)
    {
        var isGone = item is null;
        var startsToGo = old?.Metadata.DeletionTimestamp is null && item?.Metadata.DeletionTimestamp is not null;
        var isRelated = old is null || item is null || startsToGo
            || old.Metadata.OwnerReferences != item.Metadata.OwnerReferences
            || old.Metadata.Finalizers != item.Metadata.Finalizers;
        if (!isRelated)
        {
            return;
        }

        if (item is not null && (!item.Metadata.OwnerReferences.IsEmpty || item.Metadata.DeletionTimestamp is not null))
        {
            _loop.Enqueue(new(kind, ObjectKey.Of(item)));
        }

        if ((isGone || startsToGo) && (item ?? old)!.Metadata.Uid is { } uid)
        {
            foreach (var one in _kinds.All)
            {
                Enqueue(one, one.DependentsOf(uid));
            }
        }

        foreach (var reference in old?.Metadata.OwnerReferences ?? [])
        {
            if (_kinds.Find(ControllerRef.GroupOf(reference.ApiVersion), reference.Kind) is { } owner)
            {
                _loop.Enqueue(new(owner, GarbageReconciler.OwnerKey(owner.Kind, reference, old!)));
            }
        }
    }

    /// <summary>While a kind was not known, nothing could be said of owners of it; now it can.</summary>
    private async Task WakeDependentsAsync(KindCache kind)
    {
        await kind.Cache.WaitUntilSyncedAsync();
        foreach (var one in _kinds.All)
        {
            Enqueue(one, one.Cache.Items.Where(item => item.Metadata.OwnerReferences.Any(reference => IsOf(kind.Kind, reference))));
        }
    }

    private void Enqueue(KindCache kind, IEnumerable<KubernetesObject> items)
    {
        foreach (var item in items)
        {
            _loop.Enqueue(new(kind, ObjectKey.Of(item)));
        }
    }

    private static bool IsOf(Kind kind, OwnerReference reference) =>
        reference.Kind == kind.Name && ControllerRef.GroupOf(reference.ApiVersion) == kind.Group;
}
