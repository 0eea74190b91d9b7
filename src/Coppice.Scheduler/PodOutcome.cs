using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Tells the pod, and people, what came of a try.</summary>
internal sealed class PodOutcome(PodStatusWrites statuses, ProfileSet profiles, TimeProvider time)
{
    public void Assigned(Pod pod, string node) =>
        profiles.EventsOf(pod).Record(pod, "Normal", "Scheduled", $"Successfully assigned {ObjectKey.Of(pod)} to {node}");

    /// <summary>Its devices are chosen, and somebody is to make them ready.</summary>
    public void AwaitsDevices(Pod pod, string node) =>
        profiles.EventsOf(pod).Record(pod, "Normal", "BindingConditionsPending", $"waiting for binding conditions for device on node {node}");

    /// <summary>Nobody makes them ready: it is tried anew, and its condition says what comes of that.</summary>
    public void MissesDevices(Pod pod, string why) =>
        profiles.EventsOf(pod).Record(pod, "Warning", "FailedScheduling", $"running PreBind plugin \"DynamicResources\": {why}");

    /// <summary>Records an event, and writes the pod's condition if it does not say so already.</summary>
    /// <param name="reason">"Unschedulable" or "SchedulerError".</param>
    /// <param name="nominatedNode">The node that the pod waits for; empty for none, null for the same as before.</param>
    public ValueTask FailedAsync(Pod pod, string reason, string message, string? nominatedNode, CancellationToken stop)
    {
        profiles.EventsOf(pod).Record(pod, "Warning", "FailedScheduling", message);
        return statuses.ChangeAsync(
            pod,
            current => current.Spec.NodeName is { Length: > 0 } ? null : Nominated(WithCondition(current, reason, message), nominatedNode),
            stop);
    }

    /// <summary>The pod is to get a node, and waits for it.</summary>
    public ValueTask NominateAsync(Pod pod, string node, CancellationToken stop) =>
        statuses.ChangeAsync(pod, current => current.Spec.NodeName is { Length: > 0 } ? null : Nominated(current.Status, node), stop);

    /// <summary>The pod waits for no node any longer.</summary>
    public ValueTask DenominateAsync(Pod pod, CancellationToken stop) => statuses.ChangeLatestAsync(pod, current => Nominated(current.Status, ""), stop);

    private static PodStatus Nominated(PodStatus status, string? node) =>
        node is null ? status : status with { NominatedNodeName = node.Length == 0 ? null : node };

    private PodStatus WithCondition(Pod pod, string reason, string message)
    {
        var old = PodConditions.Find(pod.Status, PodConditionType.PodScheduled);
        var condition = new PodCondition
        {
            Type = PodConditionType.PodScheduled,
            Status = ConditionStatus.False,
            Reason = reason,
            Message = message,
            ObservedGeneration = pod.Metadata.Generation,
            LastProbeTime = old?.LastProbeTime,
            LastTransitionTime = old?.Status == ConditionStatus.False ? old.LastTransitionTime : ApiTime.Truncate(time.GetUtcNow()),
        };
        return pod.Status.With(condition);
    }
}
