using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What controllers report of their workloads: counts that agree with each other.</summary>
internal static class ReplicaStatusValidation
{
    private static readonly FieldPath Path = FieldPath.Of("status");

    public static Findings<FieldError> Of(DeploymentStatus status, DeploymentStatus old) =>
    [
        .. NotNegative(
            ("observedGeneration", status.ObservedGeneration),
            ("replicas", status.Replicas),
            ("updatedReplicas", status.UpdatedReplicas),
            ("readyReplicas", status.ReadyReplicas),
            ("availableReplicas", status.AvailableReplicas),
            ("unavailableReplicas", status.UnavailableReplicas),
            ("terminatingReplicas", status.TerminatingReplicas ?? 0),
            ("collisionCount", status.CollisionCount ?? 0)),
        .. AtMost(status.Replicas, ("updatedReplicas", status.UpdatedReplicas), ("readyReplicas", status.ReadyReplicas), ("availableReplicas", status.AvailableReplicas)),
        .. AvailableAreReady(status.AvailableReplicas, status.ReadyReplicas),
        .. NotDecremented(status.CollisionCount, old.CollisionCount),
    ];

    public static Findings<FieldError> Of(StatefulSetStatus status, StatefulSetStatus old) =>
    [
        .. NotNegative(
            ("replicas", status.Replicas),
            ("readyReplicas", status.ReadyReplicas),
            ("currentReplicas", status.CurrentReplicas),
            ("updatedReplicas", status.UpdatedReplicas),
            ("availableReplicas", status.AvailableReplicas),
            ("observedGeneration", status.ObservedGeneration),
            ("collisionCount", status.CollisionCount ?? 0)),
        .. AtMost(
            status.Replicas,
            ("readyReplicas", status.ReadyReplicas),
            ("currentReplicas", status.CurrentReplicas),
            ("updatedReplicas", status.UpdatedReplicas),
            ("availableReplicas", status.AvailableReplicas)),
        .. FieldRules.If(
            status.AvailableReplicas > status.ReadyReplicas,
            () => FieldError.Invalid(Path.Child("availableReplicas"), status.AvailableReplicas, "cannot be greater than status.readyReplicas")),
        .. NotDecremented(status.CollisionCount, old.CollisionCount),
    ];

    public static Findings<FieldError> Of(ReplicaSetStatus status) =>
        Of(status.Replicas, status.FullyLabeledReplicas, status.ReadyReplicas, status.AvailableReplicas, status.ObservedGeneration, status.TerminatingReplicas ?? 0);

    public static Findings<FieldError> Of(ReplicationControllerStatus status) =>
        Of(status.Replicas, status.FullyLabeledReplicas, status.ReadyReplicas, status.AvailableReplicas, status.ObservedGeneration, 0);

    public static Findings<FieldError> Of(DaemonSetStatus status, DaemonSetStatus old) =>
    [
        .. NotNegative(
            ("currentNumberScheduled", status.CurrentNumberScheduled),
            ("numberMisscheduled", status.NumberMisscheduled),
            ("desiredNumberScheduled", status.DesiredNumberScheduled),
            ("numberReady", status.NumberReady),
            ("observedGeneration", status.ObservedGeneration),
            ("updatedNumberScheduled", status.UpdatedNumberScheduled),
            ("numberAvailable", status.NumberAvailable),
            ("numberUnavailable", status.NumberUnavailable),
            ("collisionCount", status.CollisionCount ?? 0)),
        .. NotDecremented(status.CollisionCount, old.CollisionCount),
    ];

    private static Findings<FieldError> Of(int replicas, int labeled, int ready, int available, long generation, int terminating) =>
    [
        .. NotNegative(
            ("replicas", replicas),
            ("fullyLabeledReplicas", labeled),
            ("readyReplicas", ready),
            ("availableReplicas", available),
            ("terminatingReplicas", terminating),
            ("observedGeneration", generation)),
        .. AtMost(replicas, ("fullyLabeledReplicas", labeled), ("readyReplicas", ready), ("availableReplicas", available)),
        .. AvailableAreReady(available, ready),
    ];

    private static Findings<FieldError> NotNegative(params ReadOnlySpan<(string Field, long Count)> counts)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (field, count) in counts)
        {
            if (count < 0)
            {
                errors.Add(FieldError.Invalid(Path.Child(field), count, FieldRules.Negative));
            }
        }

        return errors;
    }

    private static Findings<FieldError> AtMost(int replicas, params ReadOnlySpan<(string Field, int Count)> counts)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (field, count) in counts)
        {
            if (count > replicas)
            {
                errors.Add(FieldError.Invalid(Path.Child(field), count, "cannot be greater than status.replicas"));
            }
        }

        return errors;
    }

    private static Findings<FieldError> AvailableAreReady(int available, int ready) => FieldRules.If(
        available > ready, () => FieldError.Invalid(Path.Child("availableReplicas"), available, "cannot be greater than readyReplicas"));

    private static Findings<FieldError> NotDecremented(int? count, int? old) => FieldRules.If(
        old is not null && (count is null || count < old),
        () => FieldError.Invalid(Path.Child("collisionCount"), count ?? 0, "cannot be decremented"));
}
