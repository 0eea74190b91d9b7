using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>Which pods a node's NoExecute taints drive away, and when.</summary>
internal static class TaintEviction
{
    /// <summary>A toleration's seconds count from when the taint was there, and the pod was, too.</summary>
    /// <returns>When the pod has to go; null if it may stay for ever.</returns>
    public static DateTimeOffset? Deadline(Pod pod, IReadOnlyList<Taint> taints, DateTimeOffset now)
    {
        DateTimeOffset? earliest = null;
        foreach (var taint in taints.Where(t => t.Effect == TaintEffect.NoExecute))
        {
            var tolerations = pod.Spec.Tolerations.Where(t => t.Tolerates(taint)).ToList();
            if (tolerations.Count == 0)
            {
                return DateTimeOffset.MinValue;
            }

            // The shortest of several counts; one without a limit does not lengthen another's.
            if (tolerations.Min(t => t.TolerationSeconds) is { } seconds)
            {
                var since = Later(taint.TimeAdded ?? now, Arrival(pod), now);
                var due = since.After(Spans.Seconds(Math.Max(seconds, 0)));
                earliest = earliest < due ? earliest : due;
            }
        }

        return earliest;
    }

    /// <summary>When the pod was bound to its node.</summary>
    private static DateTimeOffset? Arrival(Pod pod) =>
        PodConditions.Find(pod.Status, PodConditionType.PodScheduled) is { Status: ConditionStatus.True } bound ? bound.LastTransitionTime : pod.Metadata.CreationTimestamp;

    /// <summary>What is dated in the future is from before the clock was set back, and says nothing.</summary>
    private static DateTimeOffset Later(DateTimeOffset taint, DateTimeOffset? pod, DateTimeOffset now) => pod is { } at && at > taint && at <= now ? at : taint;
}
