namespace Coppice.Scheduler;

/// <summary>A node that a pod would fit on without these pods.</summary>
/// <param name="Pods">The most important first.</param>
/// <param name="Violations">How many of them cannot go without breaking a disruption budget.</param>
internal sealed record Victims(NodeInfo Node, IReadOnlyList<PodInfo> Pods, int Violations)
{
    // So that more victims are never better than fewer, however low their priorities are.
    private const long PriorityOffset = (long)int.MaxValue + 1;

    /// <summary>The better of two: whose victims matter least, by Kubernetes' order of questions. Of equal ones, the first.</summary>
    public static Victims Better(Victims a, Victims b) => Compare(a, b) <= 0 ? a : b;

    /// <summary>
    /// Whether anybody of a node could matter less than these. Most nodes are as good as the one before: of thousands, few are tried.
    /// </summary>
    public static bool MayBeBetter(NodeInfo node, Victims than)
    {
        if (node.PodCount == 0)
        {
            return false;
        }

        var (priority, began) = node.Least;
        return than.Violations > 0
            || priority < than.Pods[0].Priority
            || (priority == than.Pods[0].Priority && (than.Pods.Count > 1 || began > than.Pods[0].Began));
    }

    /// <summary>More important first: of a higher priority, or running for longer.</summary>
    public static int ByImportance(PodInfo a, PodInfo b) =>
        b.Priority.CompareTo(a.Priority) is var byPriority and not 0 ? byPriority : a.Began.CompareTo(b.Began);

    private static int Compare(Victims a, Victims b) =>
        a.Violations.CompareTo(b.Violations) is var byViolations and not 0 ? byViolations
        : a.Pods[0].Priority.CompareTo(b.Pods[0].Priority) is var byHighest and not 0 ? byHighest
        : Sum(a).CompareTo(Sum(b)) is var bySum and not 0 ? bySum
        : a.Pods.Count.CompareTo(b.Pods.Count) is var byCount and not 0 ? byCount
        : EarliestOfHighest(b).CompareTo(EarliestOfHighest(a));

    private static long Sum(Victims victims) => victims.Pods.Sum(pod => pod.Priority + PriorityOffset);

    private static DateTimeOffset EarliestOfHighest(Victims victims) =>
        victims.Pods.Where(pod => pod.Priority == victims.Pods[0].Priority).Min(pod => pod.Began);
}
