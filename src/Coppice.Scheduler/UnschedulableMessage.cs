using System.Runtime.InteropServices;

namespace Coppice.Scheduler;

/// <summary>Says in Kubernetes' words why a pod fits nowhere: "0/3 nodes are available: 3 Insufficient memory. preemption: …".</summary>
internal static class UnschedulableMessage
{
    /// <param name="preemption">Why it does not help that others go; null if it does.</param>
    /// <param name="devices">What becomes of claims of devices; null if that is nobody's matter.</param>
    public static string Write(IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections, string? preemption, string? devices = null) =>
        rejections.Count == 0 ? "no nodes available to schedule pods"
        : preemption is null ? Reasons(rejections)
        : $"{Reasons(rejections)} {(devices is null ? "" : $"{devices}, ")}preemption: {preemption}";

    /// <summary>Of a preemption that found nobody who could go.</summary>
    public static string WriteHelpless(IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections) =>
        Write(rejections.Count, Count(rejections), why => [why.IsUnresolvable ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod"]);

    private static string Reasons(IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections)
    {
        var counts = Count(rejections);
        return counts.Keys.FirstOrDefault(one => one.IsOfPod) is { } why
            ? $"0/{rejections.Count} nodes are available: {why.Reasons[0]}."
            : Write(rejections.Count, counts, one => one.Reasons);
    }

    /// <summary>How many nodes were rejected by which of the rejections: of thousands, most share one.</summary>
    private static Dictionary<Rejection, int> Count(IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections)
    {
        var counts = new Dictionary<Rejection, int>(ReferenceEqualityComparer.Instance);
        foreach (var (_, why) in rejections)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, why, out _)++;
        }

        return counts;
    }

    // The entries are sorted as text, their numbers included, as Kubernetes does.
    private static string Write(int nodes, Dictionary<Rejection, int> counts, Func<Rejection, IReadOnlyList<string>> reasonsOf)
    {
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (why, count) in counts)
        {
            foreach (var reason in reasonsOf(why))
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + count;
            }
        }

        return $"0/{nodes} nodes are available: {string.Join(", ", reasons.Select(one => $"{one.Value} {one.Key}").Order(StringComparer.Ordinal))}.";
    }
}
