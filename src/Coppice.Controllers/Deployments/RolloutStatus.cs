using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Deployments;

/// <summary>What a Deployment tells of itself: the sums over its ReplicaSets, whether it gets on, and whether it is done.</summary>
internal static class RolloutStatus
{
    /// <summary>The numbers and the availability, without a word on progress.</summary>
    public static DeploymentStatus Count(RolloutDraft draft, DateTimeOffset now)
    {
        var before = draft.Deployment.Status;
        var available = draft.All.Sum(s => s.Item.Status.AvailableReplicas);
        return new DeploymentStatus
        {
            ObservedGeneration = draft.Deployment.Metadata.Generation,
            Replicas = draft.All.Sum(s => s.Item.Status.Replicas),
            UpdatedReplicas = draft.New?.Item.Status.Replicas ?? 0,
            ReadyReplicas = draft.All.Sum(s => s.Item.Status.ReadyReplicas),
            AvailableReplicas = available,
            UnavailableReplicas = Math.Max(0, draft.TotalSize - available),
            TerminatingReplicas = draft.All.All(s => s.Observed is null || s.Item.Status.TerminatingReplicas is not null)
                ? draft.All.Sum(s => s.Item.Status.TerminatingReplicas ?? 0)
                : null,
            CollisionCount = before.CollisionCount,
            Conditions = before.Conditions,
        }.WithAvailability(draft.Limits, now);
    }

    /// <summary>The numbers with progress and failures.</summary>
    public static DeploymentStatus Judge(RolloutDraft draft, DateTimeOffset now)
    {
        var deployment = draft.Deployment;
        var status = Count(draft, now);
        status = HasDeadline(deployment)
            ? WithProgress(status, draft, now)
            : status.Without(DeploymentConditionType.Progressing);
        return Failure(draft) is { } failure
            ? status.With(DeploymentConditions.Make(DeploymentConditionType.ReplicaFailure, failure.Status, failure.Reason!, failure.Message!, now))
            : status.Without(DeploymentConditionType.ReplicaFailure);
    }

    public static bool HasDeadline(Deployment deployment) => deployment.Spec.ProgressDeadlineSeconds is not (null or int.MaxValue);

    public static bool IsComplete(Deployment deployment, DeploymentStatus status) =>
        status.UpdatedReplicas == (deployment.Spec.Replicas ?? 1)
        && status.Replicas == status.UpdatedReplicas
        && status.AvailableReplicas == status.UpdatedReplicas
        && status.ObservedGeneration >= deployment.Metadata.Generation;

    /// <summary>When to look again because the deadline may have passed by then.</summary>
    public static DateTimeOffset? Deadline(Deployment deployment, DeploymentStatus status)
    {
        var progress = DeploymentConditions.Find(status, DeploymentConditionType.Progressing);
        return !HasDeadline(deployment) || progress is null || IsComplete(deployment, status)
            || progress.Reason is DeploymentConditions.ProgressDeadlineExceeded or DeploymentConditions.NewReplicaSetAvailable
            // Times in the API have whole seconds: a second more, lest the look comes too early.
            ? null
            : progress.LastUpdateTime?.After(Spans.Seconds(deployment.Spec.ProgressDeadlineSeconds!.Value + 1L));
    }

    private static DeploymentStatus WithProgress(DeploymentStatus status, RolloutDraft draft, DateTimeOffset now)
    {
        var deployment = draft.Deployment;
        var current = DeploymentConditions.Find(deployment.Status, DeploymentConditionType.Progressing);
        if (status.Replicas == status.UpdatedReplicas && current?.Reason == DeploymentConditions.NewReplicaSetAvailable)
        {
            return status;
        }

        var subject = draft.New is { } set ? $"ReplicaSet \"{set.Item.Metadata.Name}\"" : $"Deployment \"{deployment.Metadata.Name}\"";
        if (IsComplete(deployment, status))
        {
            return status.With(DeploymentConditions.Progressing(
                ConditionStatus.True, DeploymentConditions.NewReplicaSetAvailable, $"{subject} has successfully progressed.", now));
        }

        if (GotOn(deployment.Status, status))
        {
            var condition = DeploymentConditions.Progressing(ConditionStatus.True, "ReplicaSetUpdated", $"{subject} is progressing.", now);
            if (current?.Status == ConditionStatus.True)
            {
                condition = condition with { LastTransitionTime = current.LastTransitionTime };
            }

            // Set anew even if it says the same: its time of update is what the deadline is counted from.
            return status.Without(DeploymentConditionType.Progressing).With(condition);
        }

        return IsOverdue(deployment, status, now)
            ? status.With(DeploymentConditions.Progressing(
                ConditionStatus.False, DeploymentConditions.ProgressDeadlineExceeded, $"{subject} has timed out progressing.", now))
            : status;
    }

    private static bool GotOn(DeploymentStatus before, DeploymentStatus now) =>
        now.UpdatedReplicas > before.UpdatedReplicas
        || now.Replicas - now.UpdatedReplicas < before.Replicas - before.UpdatedReplicas
        || now.ReadyReplicas > before.ReadyReplicas
        || now.AvailableReplicas > before.AvailableReplicas;

    private static bool IsOverdue(Deployment deployment, DeploymentStatus status, DateTimeOffset now)
    {
        var progress = DeploymentConditions.Find(status, DeploymentConditionType.Progressing);
        return progress?.Reason switch
        {
            null or DeploymentConditions.NewReplicaSetAvailable => false,
            DeploymentConditions.ProgressDeadlineExceeded => true,
            _ => progress.LastUpdateTime?.After(Spans.Seconds(deployment.Spec.ProgressDeadlineSeconds!.Value)) < now,
        };
    }

    /// <summary>The newest ReplicaSet's failure counts before those of others.</summary>
    private static ReplicaSetCondition? Failure(RolloutDraft draft) =>
        draft.All.Reverse()
            .SelectMany(s => s.Item.Status.Conditions)
            .FirstOrDefault(c => c.Type == ReplicaSetConditionType.ReplicaFailure);
}
