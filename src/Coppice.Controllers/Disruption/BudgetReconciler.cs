using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;

namespace Coppice.Controllers.Disruption;

/// <summary>Tells in the status of each budget how many of its pods may be evicted, as soon as one of them comes, changes or goes.</summary>
internal sealed class BudgetReconciler(IApiClient api, CacheSet caches, IEventRecorder events, IKindSource kinds, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<PodDisruptionBudget> _budgets = caches.Of<PodDisruptionBudget>();
    private readonly CacheIndex<PodDisruptionBudget> _byNamespace = caches.Of<PodDisruptionBudget>().AddIndex(Indexes.ByNamespace);
    private readonly PodSelections _selections = new(caches.Of<Pod>());
    private readonly PodScales _scales = new(api, caches, kinds);

    public Controller Declare(Controller controller) => controller
        .WokenBy(_budgets, Noted)
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
        var pods = _selections.Select(key.Namespace, LabelQuery.Of(budget.Spec.Selector));
        if (pods.Count == 0)
        {
            events.Record(budget, "Normal", "NoPods", "No matching pods found");
        }

        var scale = BudgetPlanner.GoesByScale(budget.Spec) ? await _scales.OfAsync(pods, stop) : default;
        if (scale is { HasUnmanaged: true, Problem: null })
        {
            events.Record(
                budget,
                "Warning",
                "UnmanagedPods",
                $"Pods selected by this PodDisruptionBudget (selector: {SelectorText.Of(budget.Spec.Selector)}) were found to be unmanaged. As a result, "
                + "the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set "
                + "\".spec.minAvailable\" field of the PDB to an integer value.");
        }

        // 2. Plan.
        var now = time.GetUtcNow();
        var plan = BudgetPlanner.Plan(budget, pods, scale, now);

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

    private ObjectKey[] Noted(ObjectChange<PodDisruptionBudget> change)
    {
        var key = ObjectKey.Of(change.Item);
        if (change.Old?.Spec.Selector != change.New?.Spec.Selector || change.Old is null || change.New is null)
        {
            _selections.Note(key, change.New is { } budget ? LabelQuery.Of(budget.Spec.Selector) : null);
        }

        return [key];
    }

    private IEnumerable<ObjectKey> OfPod(ObjectChange<Pod> change)
    {
        var space = change.Item.Metadata.Namespace ?? "";
        var (before, after) = (change.Old?.Metadata.Labels, change.New?.Metadata.Labels);
        return [.. Owners(before), .. before == after ? [] : Owners(after)];

        IEnumerable<ObjectKey> Owners(ValueMap<string>? labels) => labels is { } known ? _selections.OwnersOf(space, known) : [];
    }

    private IEnumerable<ObjectKey> Rescaled<T>(ObjectChange<T> change, Func<T, int?> replicas) where T : KubernetesObject =>
        change is { Old: { } old, New: { } item } && replicas(old) == replicas(item)
            ? []
            : _byNamespace.Find(change.Item.Metadata.Namespace ?? "").Select(ObjectKey.Of);
}
