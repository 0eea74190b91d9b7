using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>Which pods a node's NoExecute taints drive away, and when.</summary>
internal static class TaintEviction
{
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
                var due = (taint.TimeAdded ?? now).After(Spans.Seconds(Math.Max(seconds, 0)));
                earliest = earliest < due ? earliest : due;
            }
        }

        return earliest;
    }
}
