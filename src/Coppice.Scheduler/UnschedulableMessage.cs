using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Says in Kubernetes' words why a pod fits nowhere: "0/3 nodes are available: 3 Insufficient memory. preemption: …".</summary>
internal static class UnschedulableMessage
{
    public static string Write(PodInfo pod, IReadOnlyList<Rejection> rejections) =>
        rejections.Count == 0
            ? "no nodes available to schedule pods"
            : $"{Count(rejections.Count, rejections.SelectMany(r => r.Reasons))} preemption: {WritePreemption(pod, rejections)}";

    private static string WritePreemption(PodInfo pod, IReadOnlyList<Rejection> rejections) =>
        pod.Pod.Spec.PreemptionPolicy == PreemptionPolicy.Never
            ? "not eligible due to preemptionPolicy=Never."
            : Count(rejections.Count, rejections.Select(r => r.IsUnresolvable ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod"));

    // The entries are sorted as text, their numbers included, as Kubernetes does.
    private static string Count(int nodes, IEnumerable<string> reasons) =>
        $"0/{nodes} nodes are available: {string.Join(", ", reasons.CountBy(r => r).Select(r => $"{r.Value} {r.Key}").Order(StringComparer.Ordinal))}.";
}
