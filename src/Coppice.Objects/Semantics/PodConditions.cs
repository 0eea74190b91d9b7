using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>What is said of a pod's state.</summary>
public static class PodConditions
{
    public static PodCondition? Find(PodStatus status, string type)
    {
        foreach (var condition in status.Conditions)
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }

    public static bool IsTrue(PodStatus status, string type) => Find(status, type)?.Status == ConditionStatus.True;

    /// <summary>In the place of the one of its type, or else as the last one.</summary>
    public static PodStatus With(this PodStatus status, PodCondition condition) => status with
    {
        Conditions = Find(status, condition.Type) is null
            ? status.Conditions.Add(condition)
            : status.Conditions.ConvertAll(one => one.Type == condition.Type ? condition : one),
    };

    /// <summary>The node can never give what the pod asks for anew.</summary>
    public static bool IsResizeInfeasible(Pod pod) => Find(pod.Status, PodConditionType.PodResizePending)?.Reason == PodResizeStatus.Infeasible;
}
