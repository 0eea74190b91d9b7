using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A pod that wants a node, and what became of it so far.</summary>
/// <param name="Since">When it came into the queue; of equal priority, who came first is first.</param>
/// <param name="Order">The order of coming where the time does not tell.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="WokenBy">What may help it, while it is known not to fit.</param>
internal sealed record QueuedPod(PodInfo Info, DateTimeOffset Since, long Order, int Attempts, ClusterEvents WokenBy, DateTimeOffset? NotBefore)
{
    public Pod Pod => Info.Pod;

    public int Priority => Info.Priority;

    /// <summary>Higher priority first, then who came first.</summary>
    public static int Compare(QueuedPod a, QueuedPod b) =>
        b.Priority.CompareTo(a.Priority) is var byPriority and not 0 ? byPriority
        : a.Since.CompareTo(b.Since) is var byTime and not 0 ? byTime
        : a.Order.CompareTo(b.Order);
}
