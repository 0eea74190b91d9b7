using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// One kind without its type in the signature: what controllers that work on every kind (garbage collection, namespace deletion) need
/// of its shared cache and of the API.
/// </summary>
public abstract class WatchedKind
{
    public abstract Kind Kind { get; }

    public abstract KubernetesObject? FindCached(ObjectKey key);

    /// <summary>The objects that name this uid among their owners, whatever the cache holds of that owner.</summary>
    public abstract IReadOnlyList<KubernetesObject> DependentsOf(string ownerUid);

    /// <summary>Tells of every change; see <see cref="ObjectCache{T}.Subscribe"/>.</summary>
    public abstract void SubscribeAny(Action<KubernetesObject?, KubernetesObject?> handler);

    public abstract ValueTask<KubernetesObject?> FindLiveAsync(ObjectKey key, CancellationToken stop);

    public abstract ValueTask<IReadOnlyList<KubernetesObject>> ListLiveAsync(string ns, CancellationToken stop);

    public abstract ValueTask<KubernetesObject> UpdateAsync(KubernetesObject item, CancellationToken stop);

    public abstract ValueTask DeleteAsync(ObjectKey key, DeleteOptions? options, CancellationToken stop);

    public abstract Task RunAsync(CancellationToken stop);

    public abstract Task WaitUntilSyncedAsync();

    /// <summary>Waits, for a while, until the cache has seen a revision; see <see cref="OwnWrites"/>.</summary>
    internal abstract ValueTask SeeAsync(string? revision, TimeProvider time, CancellationToken stop);
}

/// <summary>The shared cache of a kind with the indexes that every kind has.</summary>
public sealed class WatchedKind<T> : WatchedKind where T : KubernetesObject
{
    private readonly IApiClient _api;
    private readonly CacheIndex<T> _byOwner;
    private readonly CacheIndex<T> _byNamespace;
    private readonly CacheIndex<T> _orphans;

    public WatchedKind(IApiClient api, TimeProvider time, ILogger log)
    {
        _api = api;
        Cache = new(api, ListQuery.All, time, log);
        _byOwner = Cache.AddIndex(i => i.Metadata.OwnerReferences.Select(r => r.Uid));
        _byNamespace = Cache.AddIndex(i => [i.Metadata.Namespace ?? ""]);
        _orphans = Cache.AddIndex(i => ControllerRef.Of(i) is null ? [i.Metadata.Namespace ?? ""] : []);
    }

    public ObjectCache<T> Cache { get; }

    public override Kind Kind => BuiltInKinds.Of<T>();

    public T? Find(ObjectKey key) => Cache.Find(key);

    public IReadOnlyList<T> InNamespace(string ns) => _byNamespace.Find(ns);

    /// <summary>The objects of a namespace that no controller owns.</summary>
    public IReadOnlyList<T> Orphans(string? ns) => _orphans.Find(ns ?? "");

    /// <summary>The objects whose controller has this uid.</summary>
    public IReadOnlyList<T> ControlledBy(string? uid) =>
        uid is null ? [] : [.. _byOwner.Find(uid).Where(i => ControllerRef.Of(i)?.Uid == uid)];

    public override KubernetesObject? FindCached(ObjectKey key) => Cache.Find(key);

    public override IReadOnlyList<KubernetesObject> DependentsOf(string ownerUid) => _byOwner.Find(ownerUid);

    public override void SubscribeAny(Action<KubernetesObject?, KubernetesObject?> handler) => Cache.Subscribe(c => handler(c.Old, c.New));

    public override async ValueTask<KubernetesObject?> FindLiveAsync(ObjectKey key, CancellationToken stop) => await _api.FindAsync<T>(key, stop);

    public override async ValueTask<IReadOnlyList<KubernetesObject>> ListLiveAsync(string ns, CancellationToken stop) =>
        (await _api.ListAsync<T>(new ListQuery(ns), stop)).Items;

    public override async ValueTask<KubernetesObject> UpdateAsync(KubernetesObject item, CancellationToken stop) =>
        await _api.UpdateAsync((T)item, stop);

    public override ValueTask DeleteAsync(ObjectKey key, DeleteOptions? options, CancellationToken stop) => _api.DeleteAsync<T>(key, options, stop);

    public override Task RunAsync(CancellationToken stop) => Cache.RunAsync(stop);

    public override Task WaitUntilSyncedAsync() => Cache.WaitUntilSyncedAsync();

    internal override ValueTask SeeAsync(string? revision, TimeProvider time, CancellationToken stop) => OwnWrites.SeeAsync(Cache, revision, time, stop);
}
