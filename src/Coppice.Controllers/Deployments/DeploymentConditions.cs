using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Deployments;

/// <summary>A Deployment's conditions: texts that kubectl and people read, so Kubernetes' own to the letter.</summary>
internal static class DeploymentConditions
{
    public const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    public const string ProgressDeadlineExceeded = "ProgressDeadlineExceeded";

    public static DeploymentCondition? Find(DeploymentStatus status, string type) => status.Conditions.FirstOrDefault(c => c.Type == type);

    public static DeploymentCondition Make(string type, string status, string reason, string message, DateTimeOffset now) => new()
    {
        Type = type,
        Status = status,
        Reason = reason,
        Message = message,
        LastUpdateTime = ApiTime.Truncate(now),
        LastTransitionTime = ApiTime.Truncate(now),
    };

    /// <summary>Sets a condition, unless it says the same already; the time of transition moves only with the status.</summary>
    public static DeploymentStatus With(this DeploymentStatus status, DeploymentCondition condition)
    {
        var current = Find(status, condition.Type);
        if (current is not null && current.Status == condition.Status && current.Reason == condition.Reason)
        {
            return status;
        }

        if (current?.Status == condition.Status)
        {
            condition = condition with { LastTransitionTime = current.LastTransitionTime };
        }

        return status.Without(condition.Type) with { Conditions = status.Without(condition.Type).Conditions.Add(condition) };
    }

    public static DeploymentStatus Without(this DeploymentStatus status, string type) =>
        status with { Conditions = status.Conditions.Where(c => c.Type != type).ToValueList() };

    public static DeploymentStatus WithAvailability(this DeploymentStatus status, RolloutLimits limits, DateTimeOffset now) =>
        status.With(status.AvailableReplicas >= limits.MinAvailable
            ? Make(DeploymentConditionType.Available, ConditionStatus.True, "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
            : Make(DeploymentConditionType.Available, ConditionStatus.False, "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now));

    public static DeploymentCondition Created(string set, DateTimeOffset now) =>
        Progressing(ConditionStatus.True, "NewReplicaSetCreated", $"Created new replica set \"{set}\"", now);

    public static DeploymentCondition Found(string set, DateTimeOffset now) =>
        Progressing(ConditionStatus.True, "FoundNewReplicaSet", $"Found new replica set \"{set}\"", now);

    public static DeploymentCondition CreateFailed(string message, DateTimeOffset now) =>
        Progressing(ConditionStatus.False, "ReplicaSetCreateError", message, now);

    public static DeploymentCondition Progressing(string status, string reason, string message, DateTimeOffset now) =>
        Make(DeploymentConditionType.Progressing, status, reason, message, now);

    /// <summary>A pause is noted, so that its time does not count towards the progress deadline.</summary>
    public static DeploymentStatus WithPause(this DeploymentStatus status, bool paused, DateTimeOffset now)
    {
        var current = Find(status, DeploymentConditionType.Progressing);
        if (current?.Reason == ProgressDeadlineExceeded)
        {
            return status;
        }

        var wasPaused = current?.Reason == "DeploymentPaused";
        return (paused, wasPaused) switch
        {
            (true, false) => status.With(Progressing(ConditionStatus.Unknown, "DeploymentPaused", "Deployment is paused", now)),
            (false, true) => status.With(Progressing(ConditionStatus.Unknown, "DeploymentResumed", "Deployment is resumed", now)),
            _ => status,
        };
    }
}
