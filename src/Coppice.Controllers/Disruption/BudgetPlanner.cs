using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;

namespace Coppice.Controllers.Disruption;

/// <summary>How many pods there should be, as those say who keep them.</summary>
/// <param name="Count">Null where that cannot be told.</param>
/// <param name="Problem">Why not.</param>
/// <param name="HasUnmanaged">Whether some of the pods are kept by nobody.</param>
internal readonly record struct ExpectedScale(int? Count, string? Problem, bool HasUnmanaged);

/// <param name="Late">Pods that were let go of and did not go.</param>
internal sealed record BudgetPlan(PodDisruptionBudgetStatus Status, IReadOnlyList<string> Late, DateTimeOffset? NextLookAt);

/// <summary>How many of a budget's pods may be evicted.</summary>
internal static class BudgetPlanner
{
    /// <summary>Whoever was let go of and has not gone by then, will not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Whether a budget goes by how many pods there are to be, not only by how many there are.</summary>
    public static bool GoesByScale(PodDisruptionBudgetSpec spec) => spec.MaxUnavailable is not null || spec.MinAvailable is { IsNumber: false };

    /// <param name="pods">Those that it is for.</param>
    /// <param name="scale">Of them, where the budget goes by it.</param>
    public static BudgetPlan Plan(PodDisruptionBudget budget, IReadOnlyList<Pod> pods, ExpectedScale scale, DateTimeOffset now)
    {
        var (disrupted, late, next) = Disrupted(budget, pods, now);
        var status = budget.Status with { ObservedGeneration = budget.Metadata.Generation, DisruptedPods = disrupted };
        if (Desired(budget.Spec, pods, scale) is not (var expected, var desired))
        {
            // Rather nobody goes than too many.
            var failed = status with { ObservedGeneration = budget.Status.ObservedGeneration, DisruptionsAllowed = 0 };
            return new(failed.WithCondition(ConditionStatus.False, DisruptionAllowed.SyncFailed, scale.Problem ?? "", now), late, next);
        }

        var healthy = pods.Count(pod => pod.Metadata.DeletionTimestamp is null && PodState.IsReady(pod) && !disrupted.ContainsKey(pod.Metadata.Name!));
        status = status with
        {
            CurrentHealthy = healthy,
            DesiredHealthy = desired,
            ExpectedPods = expected,
            DisruptionsAllowed = expected <= 0 ? 0 : Math.Max(0, healthy - desired),
        };
        return new(status.WithCondition(now), late, next);
    }

    private static (int Expected, int Desired)? Desired(PodDisruptionBudgetSpec spec, IReadOnlyList<Pod> pods, ExpectedScale scale)
    {
        if (spec.MaxUnavailable is { } most)
        {
            return scale.Count is { } count ? (count, Math.Max(0, count - (most.Scale(count, roundUp: true) ?? 0))) : null;
        }

        if (spec.MinAvailable is not { } least)
        {
            return (pods.Count, 0);
        }

        return least.IsNumber ? (pods.Count, least.Number)
            : scale.Count is { } expected ? (expected, least.Scale(expected, roundUp: true) ?? 0)
            : null;
    }

    private static (ValueMap<DateTimeOffset> Disrupted, IReadOnlyList<string> Late, DateTimeOffset? Next) Disrupted(
        PodDisruptionBudget budget, IReadOnlyList<Pod> pods, DateTimeOffset now)
    {
        var kept = new List<KeyValuePair<string, DateTimeOffset>>();
        var late = new List<string>();
        foreach (var (name, since) in budget.Status.DisruptedPods)
        {
            if (pods.FirstOrDefault(pod => pod.Metadata.Name == name) is not { Metadata.DeletionTimestamp: null } there || there.Metadata.CreationTimestamp > since)
            {
                continue;
            }

            if (since.After(Patience) <= now)
            {
                late.Add(name);
            }
            else
            {
                kept.Add(new(name, since));
            }
        }

        return (kept.ToValueMap(), late, kept.Select(one => (DateTimeOffset?)one.Value.After(Patience)).Min());
    }
}
