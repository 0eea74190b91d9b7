using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;

namespace Coppice.Controllers.Disruption;

/// <summary>Tells in the status of each budget how many of its pods may be evicted, as soon as one of them comes, changes or goes.</summary>
internal sealed class BudgetReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<PodDisruptionBudget> _budgets = caches.Of<PodDisruptionBudget>();
    private readonly CacheIndex<PodDisruptionBudget> _byNamespace = caches.Of<PodDisruptionBudget>().AddIndex(Indexes.ByNamespace);
    private readonly CacheIndex<Pod> _podsByNamespace = caches.Of<Pod>().AddIndex(Indexes.ByNamespace);
    private readonly PodScales _scales = new(caches);

    public Controller Declare(Controller controller) => controller
        .Watches(_budgets)
        .WokenBy(caches.Of<Pod>(), OfPod)
        .WokenBy(caches.Of<Deployment>(), change => Rescaled(change, item => item.Spec.Replicas))
        .WokenBy(caches.Of<ReplicaSet>(), change => Rescaled(change, item => item.Spec.Replicas))
        .WokenBy(caches.Of<ReplicationController>(), change => Rescaled(change, item => item.Spec.Replicas))
        .WokenBy(caches.Of<StatefulSet>(), change => Rescaled(change, item => item.Spec.Replicas));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_budgets.Find(key) is not { } budget)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var pods = _podsByNamespace.Find(key.Namespace).Where(pod => IsFor(budget, pod)).ToList();
        if (pods.Count == 0)
        {
            events.Record(budget, "Normal", "NoPods", "No matching pods found");
        }

        // 2. Plan.
        var now = time.GetUtcNow();
        var plan = BudgetPlanner.Plan(budget, pods, () => _scales.Of(pods), now);

        // 3. Apply. Who evicts writes here too, and then all is looked at anew.
        foreach (var name in plan.Late)
        {
            events.Record(
                pods.First(pod => pod.Metadata.Name == name),
                "Warning",
                "NotDeleted",
                $"Pod was expected by PDB {key.Namespace}/{key.Name} to be deleted but it wasn't");
        }

        if (plan.Status != budget.Status)
        {
            if (DisruptionConditions.Find(plan.Status) is { Reason: DisruptionAllowed.SyncFailed } failed)
            {
                events.Record(budget, "Warning", "CalculateExpectedPodCountFailed", $"Failed to calculate the number of expected pods: {failed.Message}");
            }

            await _budgets.ExpectAsync(await api.UpdateStatusAsync(budget with { Status = plan.Status }, stop), time, stop);
        }

        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    private static bool IsFor(PodDisruptionBudget budget, Pod pod) =>
        budget.Spec.Selector is { } selector && LabelQuery.Of(selector).Matches(pod.Metadata.Labels);

    private IEnumerable<ObjectKey> OfPod(ObjectChange<Pod> change)
    {
        var budgets = _byNamespace.Find(change.Item.Metadata.Namespace ?? "");
        return budgets.Count == 0 ? [] : budgets
            .Where(budget => (change.Old is { } old && IsFor(budget, old)) || (change.New is { } item && IsFor(budget, item)))
            .Select(ObjectKey.Of);
    }

    private IEnumerable<ObjectKey> Rescaled<T>(ObjectChange<T> change, Func<T, int?> replicas) where T : KubernetesObject =>
        change is { Old: { } old, New: { } item } && replicas(old) == replicas(item)
            ? []
            : _byNamespace.Find(change.Item.Metadata.Namespace ?? "").Select(ObjectKey.Of);
}
