using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>What controllers ask of a pod, answered as Kubernetes does.</summary>
internal static class PodState
{
    /// <summary>Ended for good: its containers will not run again.</summary>
    public static bool IsTerminal(Pod pod) => pod.Status.Phase is PodPhase.Failed or PodPhase.Succeeded;

    /// <summary>Counts as a replica: not ended and not asked to go.</summary>
    public static bool IsActive(Pod pod) => !IsTerminal(pod) && pod.Metadata.DeletionTimestamp is null;

    public static bool IsReady(Pod pod) => PodConditions.IsTrue(pod.Status, PodConditionType.Ready);

    public static DateTimeOffset? ReadySince(Pod pod) =>
        PodConditions.Find(pod.Status, PodConditionType.Ready) is { Status: ConditionStatus.True } ready ? ready.LastTransitionTime : null;

    /// <summary>When a ready pod has been ready for long enough, or null if it is not ready.</summary>
    public static DateTimeOffset? AvailableFrom(Pod pod, int minReadySeconds) =>
        !IsReady(pod) ? null
        : minReadySeconds == 0 ? DateTimeOffset.MinValue
        : ReadySince(pod)?.After(Spans.Seconds(minReadySeconds));

    public static bool IsAvailable(Pod pod, int minReadySeconds, DateTimeOffset now) => AvailableFrom(pod, minReadySeconds) <= now;
}
