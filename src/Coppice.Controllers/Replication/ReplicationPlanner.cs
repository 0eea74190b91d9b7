using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Replication;

/// <summary>How many pods to make, which to remove, and the status to tell.</summary>
internal static class ReplicationPlanner
{
    /// <summary>No plan creates or deletes more than this many, as in Kubernetes; the rest follows when these are seen.</summary>
    public const int Burst = 500;

    public static ReplicationPlan Plan(ReplicationSpec spec, KubernetesObject owner, ReplicaSetStatus status, ReplicationWorld world, DateTimeOffset now)
    {
        var next = world.Active
            .Select(p => PodState.AvailableFrom(p, spec.MinReadySeconds))
            .Where(at => at > now)
            .Min();
        var surplus = owner.Metadata.DeletionTimestamp is null ? world.Active.Count - spec.Replicas : 0;
        return new(
            Math.Clamp(-surplus, 0, Burst),
            surplus > 0 ? [.. world.Active.Order(new DeletionOrder(world.OnNode, now)).Take(Math.Min(surplus, Burst))] : [],
            Observe(spec, owner, status, world, now),
            next);
    }

    /// <summary>The status with the condition that tells of a failure to create or delete, or without it.</summary>
    /// <param name="failure">The refusal's message, or null if all went well.</param>
    public static ReplicaSetStatus WithFailure(ReplicaSetStatus status, bool creating, string? failure, DateTimeOffset now)
    {
        var had = status.Conditions.Any(c => c.Type == ReplicaSetConditionType.ReplicaFailure);
        if (failure is null)
        {
            return had ? status with { Conditions = status.Conditions.Where(c => c.Type != ReplicaSetConditionType.ReplicaFailure).ToValueList() } : status;
        }

        return had ? status : status with
        {
            Conditions = status.Conditions.Add(new()
            {
                Type = ReplicaSetConditionType.ReplicaFailure,
                Status = ConditionStatus.True,
                LastTransitionTime = ApiTime.Truncate(now),
                Reason = creating ? "FailedCreate" : "FailedDelete",
                Message = failure,
            }),
        };
    }

    private static ReplicaSetStatus Observe(
        ReplicationSpec spec, KubernetesObject owner, ReplicaSetStatus status, ReplicationWorld world, DateTimeOffset now)
    {
        var template = LabelQuery.Of(spec.Template.Metadata.Labels);
        return new()
        {
            Replicas = world.Active.Count,
            FullyLabeledReplicas = world.Active.Count(p => template.Matches(p.Metadata.Labels)),
            ReadyReplicas = world.Active.Count(PodState.IsReady),
            AvailableReplicas = world.Active.Count(p => PodState.IsAvailable(p, spec.MinReadySeconds, now)),
            TerminatingReplicas = owner is ReplicaSet ? world.Terminating : null,
            ObservedGeneration = owner.Metadata.Generation,
            Conditions = status.Conditions,
        };
    }
}
