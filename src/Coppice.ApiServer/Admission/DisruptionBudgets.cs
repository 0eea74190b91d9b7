using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Watching;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// Evictions take from the budget of the pod, and are refused when nothing is left of it. The last to be asked: what it takes is taken.
/// The controller of budgets gives back what comes to nothing.
/// </summary>
internal sealed class DisruptionBudgets(ObjectStorage storage, TimeProvider time) : IValidatingAdmission
{
    private const string Refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

    // Somebody else writes the status at the same time: the controller, or other evictions.
    private const int Tries = 20;

    /// <summary>So many that were let go of and are still there: something is wrong with who counts them.</summary>
    private const int DisruptedMax = 2000;

    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Budgets = BuiltInKinds.Of<PodDisruptionBudget>();

    private readonly LiveByNamespace<PodDisruptionBudget> _budgets = new(new(storage));

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public IReadOnlyList<Type>? Records => [typeof(Pod)];

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (request.Subresource != "eviction")
        {
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            if (await storage.FindAsync(Pods, request.Key, stop) is not { Item: Pod pod } || NeedsNoBudget(pod))
            {
                return;
            }

            var matching = (await _budgets.NowAsync(request.Key.Namespace, stop)).Where(budget => IsFor(budget, pod)).ToList();
            if (matching.Count == 0)
            {
                return;
            }

            if (matching.Count > 1)
            {
                throw ApiErrors.SeveralBudgets();
            }

            if (IsFree(matching[0], pod) || await TakeAsync(request, matching[0], pod, stop))
            {
                return;
            }

            if (attempt == Tries)
            {
                throw ApiErrors.Timeout($"couldn't update PodDisruptionBudget \"{matching[0].Metadata.Name}\" due to conflicts", retryAfterSeconds: 10);
            }
        }
    }

    /// <summary>Nobody is served by it, or it goes already.</summary>
    private static bool NeedsNoBudget(Pod pod) =>
        pod.Metadata.DeletionTimestamp is not null || pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed or PodPhase.Pending;

    private static bool IsFor(PodDisruptionBudget budget, Pod pod) =>
        budget.Spec.Selector is { } selector && LabelQuery.Of(selector).Matches(pod.Metadata.Labels);

    /// <summary>A pod that is not ready is not among those that are counted; and one that was paid for need not be paid for again.</summary>
    private static bool IsFree(PodDisruptionBudget budget, Pod pod)
    {
        var status = budget.Status;
        return PodConditions.IsTrue(pod.Status, PodConditionType.Ready)
            ? status.DisruptedPods.TryGetValue(pod.Metadata.Name!, out var since) && since > pod.Metadata.CreationTimestamp
            : budget.Spec.UnhealthyPodEvictionPolicy == UnhealthyPodEvictionPolicyType.AlwaysAllow
                || (status.CurrentHealthy >= status.DesiredHealthy && status.DesiredHealthy > 0);
    }

    /// <returns>False if somebody else was quicker.</returns>
    private async ValueTask<bool> TakeAsync(WriteRequest request, PodDisruptionBudget budget, Pod pod, CancellationToken stop)
    {
        var (status, name) = (budget.Status, budget.Metadata.Name!);
        if (status.ObservedGeneration < budget.Metadata.Generation)
        {
            throw ApiErrors.DisruptionBudget(Refusal, $"The disruption budget {name} is still being processed by the server.");
        }

        if (status.DisruptedPods.Count > DisruptedMax)
        {
            throw ApiErrors.Forbidden(
                new GroupResource("policy", "poddisruptionbudget"), name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        }

        if (status.DisruptionsAllowed <= 0)
        {
            throw ApiErrors.DisruptionBudget(Refusal, DisruptionConditions.Find(status) is { Reason: DisruptionAllowed.SyncFailed } failed
                ? $"The disruption budget {name} does not allow evicting pods currently because it failed sync: {failed.Message}"
                : $"The disruption budget {name} needs {status.DesiredHealthy} healthy pods and has {status.CurrentHealthy} currently");
        }

        if (request.Options.DryRun)
        {
            return true;
        }

        var now = time.GetUtcNow();
        var left = status with
        {
            DisruptionsAllowed = status.DisruptionsAllowed - 1,
            DisruptedPods = status.DisruptedPods.With(pod.Metadata.Name!, ApiTime.Truncate(now)),
        };
        return await storage.FindAsync(Budgets, ObjectKey.Of(budget), stop) is { } current
            && current.Item.Metadata.ResourceVersion == budget.Metadata.ResourceVersion
            && await storage.UpdateAsync(Budgets, budget with { Status = left.DisruptionsAllowed == 0 ? left.WithCondition(now) : left }, current, stop) is not null;
    }
}
