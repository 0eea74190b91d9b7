using Coppice.Objects.Meta;
using Coppice.Objects.Policy;

namespace Coppice.Objects;

/// <summary>What a budget's numbers say in words: who counts and who takes from them say the same.</summary>
public static class DisruptionConditions
{
    public static PodDisruptionBudgetStatus WithCondition(this PodDisruptionBudgetStatus status, DateTimeOffset now) => status.DisruptionsAllowed > 0
        ? status.WithCondition(ConditionStatus.True, DisruptionAllowed.SufficientPods, "", now)
        : status.WithCondition(ConditionStatus.False, DisruptionAllowed.InsufficientPods, "", now);

    public static PodDisruptionBudgetStatus WithCondition(this PodDisruptionBudgetStatus status, string value, string reason, string message, DateTimeOffset now)
    {
        var before = Find(status);
        var condition = new Condition
        {
            Type = DisruptionAllowed.Type,
            Status = value,
            ObservedGeneration = status.ObservedGeneration,
            LastTransitionTime = before?.Status == value ? before.LastTransitionTime : ApiTime.Truncate(now),
            Reason = reason,
            Message = message,
        };
        return status with { Conditions = [.. status.Conditions.Where(one => one.Type != DisruptionAllowed.Type), condition] };
    }

    public static Condition? Find(PodDisruptionBudgetStatus status) => status.Conditions.FirstOrDefault(one => one.Type == DisruptionAllowed.Type);
}
