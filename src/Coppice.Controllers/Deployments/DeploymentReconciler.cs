using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Deployments;

/// <summary>Brings the ReplicaSets of one Deployment, step by step, to its template and size.</summary>
internal sealed class DeploymentReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Deployment> _deployments = caches.Of<Deployment>();
    private readonly CacheIndex<Deployment> _byNamespace = caches.Of<Deployment>().AddIndex(Indexes.ByNamespace);
    private readonly ObjectCache<ReplicaSet> _sets = caches.Of<ReplicaSet>();
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();
    private readonly ControllerIndex<Pod> _podsBySet = new(caches.Of<Pod>());
    private readonly Adoption<Deployment, ReplicaSet> _adoption = new(api, caches.Of<ReplicaSet>(), time);

    public Controller Declare(Controller controller) => controller
        .Watches(_deployments)
        .Owns<Deployment, ReplicaSet>(_sets)
        .WokenBy(_sets, Adopters)
        .WokenBy(_pods, WaitingForPod);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_deployments.Find(key) is not { } deployment)
        {
            return ReconcileResult.Done;
        }

        var selector = LabelQuery.Of(deployment.Spec.Selector);
        if (selector.IsEverything)
        {
            events.Record(deployment, "Warning", "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var sets = await _adoption.ClaimAsync(deployment, selector, stop);
        var world = new DeploymentWorld(deployment, sets, s => _podsBySet.ControlledBy(s.Metadata.Uid));

        // 2. Plan.
        var now = time.GetUtcNow();
        var plan = DeploymentPlanner.Plan(world, now);

        // 3. Apply: the new ReplicaSet before all that builds on it, the status last.
        if (plan.Create is { } create && await CreateAsync(deployment, create, sets, now, stop) is { } failed)
        {
            await WriteStatusAsync(deployment, deployment.Metadata.Annotations, failed.Status, stop);
            throw failed.Cause;
        }

        await UpdateAsync(deployment, plan.Update, stop);
        foreach (var set in plan.Delete)
        {
            await DeleteAsync(set, stop);
        }

        await WriteStatusAsync(deployment, plan.Annotations, plan.Status, stop);
        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    /// <summary>
    /// The revision is an annotation, and is written with the status as Kubernetes does: by itself it would count as a change of what is
    /// asked for.
    /// </summary>
    private async ValueTask WriteStatusAsync(Deployment deployment, ValueMap<string> annotations, DeploymentStatus status, CancellationToken stop)
    {
        if (status != deployment.Status || annotations != deployment.Metadata.Annotations)
        {
            var wanted = deployment with { Metadata = deployment.Metadata with { Annotations = annotations }, Status = status };
            await _deployments.ExpectAsync(await api.UpdateStatusAsync(wanted, stop), time, stop);
        }
    }

    /// <summary>Makes the template's ReplicaSet.</summary>
    /// <returns>If it was refused: the status that says so, and why.</returns>
    private async ValueTask<(DeploymentStatus Status, ApiException Cause)?> CreateAsync(
        Deployment deployment, ReplicaSetChange change, IReadOnlyList<ReplicaSet> sets, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            await _sets.ExpectAsync(await api.CreateAsync(change.Item, stop), time, stop);
            Tell(deployment, change);
            return null;
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Another look is enough if the cache was behind; a stranger of the same name needs another name.
            var there = await api.FindAsync<ReplicaSet>(ObjectKey.Of(change.Item), stop);
            var isOurs = there is null || (ControllerRef.IsControlledBy(there, deployment) && Revisions.FindNew(deployment, [there]) is not null);
            return (isOurs ? deployment.Status : deployment.Status with { CollisionCount = (deployment.Status.CollisionCount ?? 0) + 1 }, e);
        }
        catch (ApiException e) when (!e.IsNamespaceTerminating())
        {
            var message = $"Failed to create new replica set \"{change.Item.Metadata.Name}\": {e.Message}";
            events.Record(deployment, "Warning", "ReplicaSetCreateError", message);
            return (RolloutStatus.HasDeadline(deployment)
                ? deployment.Status.With(DeploymentConditions.CreateFailed(message, now))
                : deployment.Status, e);
        }
    }

    private async ValueTask UpdateAsync(Deployment deployment, IReadOnlyList<ReplicaSetChange> changes, CancellationToken stop)
    {
        var written = new List<ReplicaSet>();
        foreach (var change in changes)
        {
            written.Add(await api.UpdateAsync(change.Item, stop));
            Tell(deployment, change);
        }

        await _sets.ExpectAllAsync(written, time, stop);
    }

    private async ValueTask DeleteAsync(ReplicaSet set, CancellationToken stop)
    {
        try
        {
            await api.DeleteAsync<ReplicaSet>(ObjectKey.Of(set), new() { Preconditions = new() { Uid = set.Metadata.Uid } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already, which is what was wanted.
        }
    }

    private void Tell(Deployment deployment, ReplicaSetChange change)
    {
        if (change.Event is { } message)
        {
            events.Record(deployment, "Normal", "ScalingReplicaSet", message);
        }
    }

    private IEnumerable<ObjectKey> Adopters(ObjectChange<ReplicaSet> change) =>
        change.New is { Metadata.DeletionTimestamp: null } set && ControllerRef.Of(set) is null
            ? _byNamespace.Find(set.Metadata.Namespace ?? "")
                .Where(d => LabelQuery.Of(d.Spec.Selector).Matches(set.Metadata.Labels))
                .Select(ObjectKey.Of)
            : [];

    /// <summary>A Deployment that recreates waits for the end of its last old pod.</summary>
    private IEnumerable<ObjectKey> WaitingForPod(ObjectChange<Pod> change) =>
        (change.New is null || PodState.IsTerminal(change.New))
        && ControllerRef.KeyOf<ReplicaSet>(change.Item) is { } set
        && ControllerRef.KeyOf<Deployment>(_sets.Find(set)) is { } owner
        && _deployments.Find(owner)?.Spec.Strategy.Type == DeploymentStrategyType.Recreate
            ? [owner]
            : [];
}
