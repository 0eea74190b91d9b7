using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Tells the pod, and people, what came of a try.</summary>
internal sealed class PodOutcome(IApiClient client, IEventRecorder events, TimeProvider time)
{
    private const int Tries = 3;

    public void Assigned(Pod pod, string node) =>
        events.Record(pod, "Normal", "Scheduled", $"Successfully assigned {ObjectKey.Of(pod)} to {node}");

    /// <summary>Records an event, and writes the pod's condition if it does not say so already.</summary>
    /// <param name="reason">"Unschedulable" or "SchedulerError".</param>
    public async ValueTask FailedAsync(Pod pod, string reason, string message, CancellationToken stop)
    {
        events.Record(pod, "Warning", "FailedScheduling", message);
        var current = pod;
        for (var tries = 1; current is not null && current.Metadata.Uid == pod.Metadata.Uid && tries <= Tries; tries++)
        {
            var status = WithCondition(current, reason, message);
            if (status == current.Status || current.Spec.NodeName is { Length: > 0 })
            {
                return;
            }

            try
            {
                await client.UpdateStatusAsync(current with { Status = status }, stop);
                return;
            }
            catch (ApiException e) when (e.IsConflict)
            {
                current = await client.FindAsync<Pod>(ObjectKey.Of(pod), stop);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return;
            }
        }
    }

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
