namespace Coppice.Scheduler;

/// <summary>Says in Kubernetes' words why a pod fits nowhere: "0/3 nodes are available: 3 Insufficient memory. preemption: …".</summary>
internal static class UnschedulableMessage
{
    /// <param name="preemption">Why it does not help that others go; null if it does.</param>
    public static string Write(IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections, string? preemption) =>
        rejections.Count == 0
            ? "no nodes available to schedule pods"
            : $"{Reasons(rejections)}{(preemption is null ? "" : $" preemption: {preemption}")}";

    /// <summary>Of a preemption that found nobody who could go.</summary>
    public static string WriteHelpless(IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections) => Count(
        rejections.Count,
        rejections.Select(r => r.Why.IsUnresolvable ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod"));

    private static string Reasons(IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections) => rejections.Select(one => one.Why).FirstOrDefault(one => one.IsOfPod) is { } why
        ? $"0/{rejections.Count} nodes are available: {why.Reasons[0]}."
        : Count(rejections.Count, rejections.SelectMany(r => r.Why.Reasons));

    // The entries are sorted as text, their numbers included, as Kubernetes does.
    private static string Count(int nodes, IEnumerable<string> reasons) =>
        $"0/{nodes} nodes are available: {string.Join(", ", reasons.CountBy(r => r).Select(r => $"{r.Value} {r.Key}").Order(StringComparer.Ordinal))}.";
}
