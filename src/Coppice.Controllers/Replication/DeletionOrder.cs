using System.Globalization;
using Coppice.Controllers.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Replication;

/// <summary>
/// Which pod goes first when there are too many, as Kubernetes ranks them: the one that serves least and is missed least. Ages are
/// compared by their order of magnitude, so that among pods of much the same age chance (their uid) spreads the loss.
/// </summary>
internal sealed class DeletionOrder(Func<string, int> onNode, DateTimeOffset now) : IComparer<Pod>
{
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    public int Compare(Pod? a, Pod? b)
    {
        if (ReferenceEquals(a, b) || a is null || b is null)
        {
            return 0;
        }

        int order;
        // 1. Without a node before with one; 2. pending before unknown before running; 3. not ready before ready.
        if ((order = IsAssigned(a).CompareTo(IsAssigned(b))) != 0 ||
            (order = PhaseRank(a).CompareTo(PhaseRank(b))) != 0 ||
            (order = PodState.IsReady(a).CompareTo(PodState.IsReady(b))) != 0)
        {
            return order;
        }

        // 4. The cheaper first; 5. from the fuller node first.
        if ((order = Cost(a).CompareTo(Cost(b))) != 0 ||
            (order = OnNode(b).CompareTo(OnNode(a))) != 0)
        {
            return order;
        }

        // 6. Ready for a shorter time first; 7. more restarts first; 8. younger first.
        if (PodState.ReadySince(a) is { } readyA && PodState.ReadySince(b) is { } readyB && readyA != readyB)
        {
            return ByAge(readyA, readyB, a, b);
        }

        if ((order = Restarts(b).CompareTo(Restarts(a))) != 0)
        {
            return order;
        }

        return a.Metadata.CreationTimestamp is { } createdA && b.Metadata.CreationTimestamp is { } createdB && createdA != createdB
            ? ByAge(createdA, createdB, a, b)
            : ByUid(a, b);
    }

    private static bool IsAssigned(Pod pod) => !string.IsNullOrEmpty(pod.Spec.NodeName);

    private static int PhaseRank(Pod pod) => pod.Status.Phase switch
    {
        PodPhase.Running => 2,
        PodPhase.Unknown => 1,
        _ => 0,
    };

    private static int Cost(Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.Find(DeletionCost), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static int Restarts(Pod pod) => pod.Status.ContainerStatuses.Select(c => c.RestartCount).DefaultIfEmpty(0).Max();

    private static int ByUid(Pod a, Pod b) => string.CompareOrdinal(a.Metadata.Uid, b.Metadata.Uid);

    private int OnNode(Pod pod) => IsAssigned(pod) ? onNode(pod.Spec.NodeName!) : 0;

    private int ByAge(DateTimeOffset a, DateTimeOffset b, Pod podA, Pod podB) =>
        Magnitude(a).CompareTo(Magnitude(b)) is var order and not 0 ? order : ByUid(podA, podB);

    private int Magnitude(DateTimeOffset since) =>
        now - since is { Ticks: > 0 } age ? (int)Math.Log2(age.TotalNanoseconds) : -1;
}
