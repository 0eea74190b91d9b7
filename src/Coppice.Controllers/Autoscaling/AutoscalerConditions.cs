using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;

namespace Coppice.Controllers.Autoscaling;

/// <summary>What is said of an autoscaler's state.</summary>
internal static class AutoscalerConditions
{
    /// <summary>In the place of the one of its type, or else as the last one; dated anew only where it changes.</summary>
    public static HorizontalPodAutoscalerStatus With(
        this HorizontalPodAutoscalerStatus status, string type, bool isTrue, string reason, string message, DateTimeOffset now)
    {
        var before = status.Conditions.FirstOrDefault(one => one.Type == type);
        var value = isTrue ? ConditionStatus.True : ConditionStatus.False;
        var condition = new HorizontalPodAutoscalerCondition
        {
            Type = type,
            Status = value,
            LastTransitionTime = before?.Status == value ? before.LastTransitionTime : ApiTime.Truncate(now),
            Reason = reason,
            Message = message,
        };
        return status with
        {
            Conditions = before is null ? status.Conditions.Add(condition) : status.Conditions.ConvertAll(one => one.Type == type ? condition : one),
        };
    }
}
