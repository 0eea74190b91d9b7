using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Ends pods so that a more important one gets their place, and says so to them and to people.</summary>
internal sealed class Preemptions(IApiClient client, PodStatusWrites statuses, ProfileSet profiles, TimeProvider time)
{
    /// <summary>The reason of the condition DisruptionTarget.</summary>
    public const string Reason = "PreemptionByScheduler";

    /// <summary>Ends each victim with its own grace; those that are going already are left to go.</summary>
    public async ValueTask EvictAsync(Pod pod, Victims victims, CancellationToken stop)
    {
        foreach (var victim in victims.Pods.Where(victim => !victim.IsTerminating))
        {
            await EvictAsync(pod, victim.Pod, victims.Node.Name, stop);
        }
    }

    private async ValueTask EvictAsync(Pod pod, Pod victim, string node, CancellationToken stop)
    {
        try
        {
            await statuses.ChangeAsync(victim, current => Disrupted(current, profiles.Of(pod)), stop);
            await client.DeleteAsync<Pod>(ObjectKey.Of(victim), new() { Preconditions = new() { Uid = victim.Metadata.Uid } }, stop);
            profiles.EventsOf(pod).Record(victim, "Normal", "Preempted", $"Preempted by pod {pod.Metadata.Uid} on node {node}");
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // It is gone, and another may have come under its name.
        }
    }

    private PodStatus Disrupted(Pod victim, SchedulerProfile profile) => victim.Status.With(new PodCondition
    {
        Type = PodConditionType.DisruptionTarget,
        Status = ConditionStatus.True,
        Reason = Reason,
        Message = $"{profile.Name}: preempting to accommodate a higher priority pod",
        ObservedGeneration = victim.Metadata.Generation,
        LastTransitionTime = ApiTime.Truncate(time.GetUtcNow()),
    });
}
