using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Replication;

/// <summary>Keeps the pods of one ReplicaSet or ReplicationController equal in number to what it asks for.</summary>
internal sealed class ReplicationReconciler<T>(
    ReplicatedKind<T> kind, IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
    where T : KubernetesObject
{
    private readonly ObjectCache<T> _owners = caches.Of<T>();
    private readonly ControllerIndex<T> _siblings = new(caches.Of<T>());
    private readonly CacheIndex<T> _byNamespace = caches.Of<T>().AddIndex(Indexes.ByNamespace);
    private readonly ControllerIndex<Pod> _podsByOwner = new(caches.Of<Pod>());
    private readonly Adoption<T, Pod> _adoption = new(api, caches.Of<Pod>(), time);
    private readonly OwnedPods _pods = new(api, caches.Of<Pod>(), events, time);

    public Controller Declare(Controller controller) => controller
        .Watches(_owners)
        .Owns<T, Pod>(caches.Of<Pod>())
        .WokenBy(caches.Of<Pod>(), Adopters);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // Deleted: the garbage collector removes the pods.
        if (_owners.Find(key) is not { } owner)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var spec = kind.Spec(owner);
        var pods = await _adoption.ClaimAsync(owner, spec.Selector.IsEverything ? LabelQuery.Nothing : spec.Selector, stop);
        var world = new ReplicationWorld(
            [.. pods.Where(p => !PodState.IsTerminal(p) && !_pods.IsGoing(p))],
            pods.Count(p => !PodState.IsTerminal(p) && _pods.IsGoing(p)),
            Crowding(owner));

        // 2. Plan.
        var now = time.GetUtcNow();
        var plan = ReplicationPlanner.Plan(spec, owner, kind.Status(owner), world, now);

        // 3. Apply.
        var failure = plan.Create > 0
            ? await _pods.CreateAsync(owner, [.. Enumerable.Range(0, plan.Create).Select(_ => PodFromTemplate.Make(spec.Template, owner))], stop)
            : await _pods.DeleteAsync(owner, plan.Delete, stop);
        var status = owner.Metadata.DeletionTimestamp is null
            ? ReplicationPlanner.WithFailure(plan.Status, plan.Create > 0, failure?.SourceException.Message, now)
            : plan.Status;
        if (status != kind.Status(owner))
        {
            await _owners.ExpectAsync(await api.UpdateStatusAsync(kind.WithStatus(owner, status), stop), time, stop);
        }

        failure?.Throw();
        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    /// <summary>A pod that nobody controls may be adopted by whoever's selector matches it.</summary>
    private IEnumerable<ObjectKey> Adopters(ObjectChange<Pod> change) =>
        change.New is { Metadata.DeletionTimestamp: null } pod && ControllerRef.Of(pod) is null && !pod.Metadata.Labels.IsEmpty
            ? _byNamespace.Find(pod.Metadata.Namespace ?? "").Where(o => kind.Spec(o).Selector.Matches(pod.Metadata.Labels)).Select(ObjectKey.Of)
            : [];

    /// <summary>How many active pods a node holds of all the owners that have this one's controller (a Deployment's ReplicaSets).</summary>
    private Func<string, int> Crowding(T owner)
    {
        var siblings = ControllerRef.Of(owner) is { } parent ? _siblings.ControlledBy(parent.Uid) : [owner];
        Dictionary<string, int>? counts = null;
        return node => (counts ??= siblings
            .SelectMany(s => _podsByOwner.ControlledBy(s.Metadata.Uid))
            .Where(p => PodState.IsActive(p) && p.Spec.NodeName is { Length: > 0 })
            .GroupBy(p => p.Spec.NodeName!)
            .ToDictionary(g => g.Key, g => g.Count())).GetValueOrDefault(node);
    }
}
