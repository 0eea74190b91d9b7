using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>
/// No eviction takes a ready pod that its budget did not allow for; and while all see what there is, none leaves fewer healthy pods than
/// the budget asks for.
/// </summary>
internal sealed class BudgetLaw(LawGround ground) : ILaw
{
    private const string Evicted = "EvictionByEvictionAPI";

    public void Look(Write write)
    {
        switch (write)
        {
            case { Old: Pod old, New: Pod pod } when IsEvicted(pod) && !IsEvicted(old):
                LookAtEviction(old);
                break;
            case { Old: PodDisruptionBudget old, New: PodDisruptionBudget budget } when budget.Status.DisruptionsAllowed < old.Status.DisruptionsAllowed:
                LookAtTaking(old, budget);
                break;
        }
    }

    public static IReadOnlyList<Pod> Healthy(IEnumerable<Pod> pods, PodDisruptionBudget budget) =>
    [
        .. pods.Where(pod =>
            pod.Metadata.Namespace == budget.Metadata.Namespace
            && pod.Metadata.DeletionTimestamp is null
            && Rest.IsReady(pod)
            && LabelQuery.Of(budget.Spec.Selector).Matches(pod.Metadata.Labels)
            && !budget.Status.DisruptedPods.ContainsKey(pod.Metadata.Name!)),
    ];

    private static bool IsEvicted(Pod pod) => PodConditions.Find(pod.Status, PodConditionType.DisruptionTarget) is { Status: ConditionStatus.True, Reason: Evicted };

    private void LookAtEviction(Pod pod)
    {
        if (!Rest.IsReady(pod) || pod.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        // One that is made or labelled in the same moment may have come after it was asked.
        var world = ground.World;
        var budgets = world.All<PodDisruptionBudget>(pod.Metadata.Namespace!).Where(b => LabelQuery.Of(b.Spec.Selector).Matches(pod.Metadata.Labels)).ToList();
        foreach (var budget in budgets.Where(b => world.FindBefore<PodDisruptionBudget>(ObjectKey.Of(b)) is not null))
        {
            if (!budget.Status.DisruptedPods.ContainsKey(pod.Metadata.Name!))
            {
                throw new InvalidOperationException($"pod {ObjectKey.Of(pod)} was evicted, and its budget does not know: {budget.Status}");
            }
        }
    }

    private void LookAtTaking(PodDisruptionBudget old, PodDisruptionBudget budget)
    {
        var isTaken = budget.Status.DisruptedPods.Count > old.Status.DisruptedPods.Count && budget.Status.CurrentHealthy == old.Status.CurrentHealthy;
        if (!isTaken || !ground.IsClear())
        {
            return;
        }

        // What happens in the same moment nobody may know yet.
        var (now, before) = (Healthy(ground.World.All<Pod>(), budget).Count, Healthy(ground.World.Before<Pod>(), budget).Count);
        if (Math.Max(now, before) < budget.Status.DesiredHealthy)
        {
            throw new InvalidOperationException($"an eviction leaves {now} healthy pods of budget {ObjectKey.Of(budget)}, which needs {budget.Status.DesiredHealthy}: {budget.Status}");
        }
    }
}
