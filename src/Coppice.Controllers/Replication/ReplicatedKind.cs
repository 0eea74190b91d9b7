using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Replication;

/// <summary>What a ReplicaSet or a ReplicationController asks for.</summary>
internal sealed record ReplicationSpec(int Replicas, int MinReadySeconds, LabelQuery Selector, PodTemplateSpec Template);

/// <summary>How the two kinds that keep a number of pods are read and written; all else about them is the same.</summary>
internal sealed record ReplicatedKind<T>(
    Func<T, ReplicationSpec> Spec,
    Func<T, ReplicaSetStatus> Status,
    Func<T, ReplicaSetStatus, T> WithStatus)
    where T : KubernetesObject;

internal static class ReplicatedKinds
{
    public static readonly ReplicatedKind<ReplicaSet> ReplicaSets = new(
        r => new(r.Spec.Replicas ?? 1, r.Spec.MinReadySeconds, LabelQuery.Of(r.Spec.Selector), r.Spec.Template),
        r => r.Status,
        (r, status) => r with { Status = status });

    public static readonly ReplicatedKind<ReplicationController> ReplicationControllers = new(
        r => new(r.Spec.Replicas ?? 1, r.Spec.MinReadySeconds, LabelQuery.Of(r.Spec.Selector), r.Spec.Template ?? new()),
        r => FromController(r.Status),
        (r, status) => r with { Status = ToController(status) });

    private static ReplicaSetStatus FromController(ReplicationControllerStatus s) => new()
    {
        Replicas = s.Replicas,
        FullyLabeledReplicas = s.FullyLabeledReplicas,
        ReadyReplicas = s.ReadyReplicas,
        AvailableReplicas = s.AvailableReplicas,
        ObservedGeneration = s.ObservedGeneration,
        Conditions = s.Conditions.Select(c => new ReplicaSetCondition
        {
            Type = c.Type, Status = c.Status, LastTransitionTime = c.LastTransitionTime, Reason = c.Reason, Message = c.Message,
        }).ToValueList(),
    };

    private static ReplicationControllerStatus ToController(ReplicaSetStatus s) => new()
    {
        Replicas = s.Replicas,
        FullyLabeledReplicas = s.FullyLabeledReplicas,
        ReadyReplicas = s.ReadyReplicas,
        AvailableReplicas = s.AvailableReplicas,
        ObservedGeneration = s.ObservedGeneration,
        Conditions = s.Conditions.Select(c => new ReplicationControllerCondition
        {
            Type = c.Type, Status = c.Status, LastTransitionTime = c.LastTransitionTime, Reason = c.Reason, Message = c.Message,
        }).ToValueList(),
    };
}
