using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Admission;

/// <summary>
/// Whether a node that is short of something takes a pod: the taint that its condition becomes may have come too late for the scheduler,
/// and not everybody asks that. Reason and message are Kubernetes'. Pure.
/// </summary>
internal static class PressureAdmission
{
    private static readonly Taint MemoryTaint = new() { Key = "node.kubernetes.io/memory-pressure", Effect = TaintEffect.NoSchedule };

    /// <param name="conditions">Of the node, those that hold as it is short of something.</param>
    /// <returns>Why the pod is refused, or null.</returns>
    public static PodTermination? Reject(Pod pod, IReadOnlyList<string> conditions)
    {
        if (conditions.Count == 0 || CriticalPods.IsCritical(pod) || (conditions is [NodeConditionType.MemoryPressure] && StandsScarceMemory(pod)))
        {
            return null;
        }

        return NodeAdmission.Refusal(PodTermination.Evicted, $"The node had condition: [{string.Join(' ', conditions)}]. ");
    }

    // Who asks for something had it counted before it came.
    private static bool StandsScarceMemory(Pod pod) => PodQos.Of(pod.Spec) != PodQOSClass.BestEffort || pod.Spec.Tolerations.Tolerates(MemoryTaint);
}
