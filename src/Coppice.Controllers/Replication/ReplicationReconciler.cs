using System.Runtime.ExceptionServices;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Replication;

/// <summary>Keeps the pods of one ReplicaSet or ReplicationController equal in number to what it asks for.</summary>
internal sealed class ReplicationReconciler<T>(
    ReplicatedKind<T> kind, WatchedKind<T> owners, IApiClient api, Caches caches, IEventRecorder events, TimeProvider time) : IReconciler
    where T : KubernetesObject
{
    private readonly Adoption<T, Pod> _adoption = new(api, caches.Pods, time);
    private readonly Deletions<Pod> _deletions = new(caches.Pods);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // Deleted: the garbage collector removes the pods.
        if (owners.Find(key) is not { } owner)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var spec = kind.Spec(owner);
        var pods = await _adoption.ClaimAsync(owner, spec.Selector.IsEverything ? LabelQuery.Nothing : spec.Selector, stop);
        var world = new ReplicationWorld(
            [.. pods.Where(p => !PodState.IsTerminal(p) && !_deletions.IsGoing(p))],
            pods.Count(p => !PodState.IsTerminal(p) && _deletions.IsGoing(p)),
            Crowding(owner));

        // 2. Plan.
        var now = time.GetUtcNow();
        var plan = ReplicationPlanner.Plan(spec, owner, kind.Status(owner), world, now);

        // 3. Apply.
        var failure = plan.Create > 0 ? await CreateAsync(owner, spec.Template, plan.Create, stop) : await DeleteAsync(owner, plan.Delete, stop);
        var status = owner.Metadata.DeletionTimestamp is null
            ? ReplicationPlanner.WithFailure(plan.Status, plan.Create > 0, failure?.SourceException.Message, now)
            : plan.Status;
        if (status != kind.Status(owner))
        {
            await owners.SeeAsync(await api.UpdateStatusAsync(kind.WithStatus(owner, status), stop), time, stop);
        }

        failure?.Throw();
        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    /// <summary>How many active pods a node holds of all the owners that have this one's controller (a Deployment's ReplicaSets).</summary>
    private Func<string, int> Crowding(T owner)
    {
        var siblings = ControllerRef.Of(owner) is { } parent ? owners.ControlledBy(parent.Uid) : [owner];
        Dictionary<string, int>? counts = null;
        return node => (counts ??= siblings
            .SelectMany(s => caches.Pods.ControlledBy(s.Metadata.Uid))
            .Where(p => PodState.IsActive(p) && p.Spec.NodeName is { Length: > 0 })
            .GroupBy(p => p.Spec.NodeName!)
            .ToDictionary(g => g.Key, g => g.Count())).GetValueOrDefault(node);
    }

    private async ValueTask<ExceptionDispatchInfo?> CreateAsync(T owner, PodTemplateSpec template, int count, CancellationToken stop)
    {
        var created = new List<Pod>();
        ExceptionDispatchInfo? failure = null;
        foreach (var batch in ReplicationPlanner.Batches(count))
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, batch).Select(_ => CreateOneAsync(owner, template, stop)));
            created.AddRange(outcomes.Select(o => o.Created).OfType<Pod>());
            failure = outcomes.Select(o => o.Failure).FirstOrDefault(f => f is not null);
            if (failure is not null)
            {
                break;
            }
        }

        await caches.Pods.SeeAllAsync(created, time, stop);
        return failure;
    }

    private async Task<(Pod? Created, ExceptionDispatchInfo? Failure)> CreateOneAsync(T owner, PodTemplateSpec template, CancellationToken stop)
    {
        try
        {
            var pod = await api.CreateAsync(PodFromTemplate.Make(template, owner), stop);
            events.Record(owner, "Normal", "SuccessfulCreate", $"Created pod: {pod.Metadata.Name}");
            return (pod, null);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            return (null, null);
        }
        catch (ApiException e)
        {
            events.Record(owner, "Warning", "FailedCreate", $"Error creating: {e.Message}");
            return (null, ExceptionDispatchInfo.Capture(e));
        }
    }

    private async ValueTask<ExceptionDispatchInfo?> DeleteAsync(T owner, IReadOnlyList<Pod> surplus, CancellationToken stop)
    {
        var outcomes = await Task.WhenAll(surplus.Select(p => DeleteOneAsync(owner, p, stop)));
        return outcomes.FirstOrDefault(f => f is not null);
    }

    private async Task<ExceptionDispatchInfo?> DeleteOneAsync(T owner, Pod pod, CancellationToken stop)
    {
        try
        {
            if (await _deletions.DeleteAsync(api, pod, stop))
            {
                events.Record(owner, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
            }

            return null;
        }
        catch (ApiException e)
        {
            events.Record(owner, "Warning", "FailedDelete", $"Error deleting: {e.Message}");
            return ExceptionDispatchInfo.Capture(e);
        }
    }
}
