using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.DaemonSets;

/// <param name="Pods">All pods of the daemon, those that are going included.</param>
/// <param name="BackOff">How long failed pods are left alone.</param>
/// <param name="IsGoing">Whether a pod is asked to go.</param>
internal sealed record DaemonSetWorld(
    DaemonSet Set, IReadOnlyList<Node> Nodes, IReadOnlyList<Pod> Pods, DaemonRevision Revision, FailedPodBackOff BackOff, Func<Pod, bool> IsGoing);

/// <param name="Event">A reason and a message to tell before, or null.</param>
internal sealed record DaemonDeletion(Pod Pod, (string Type, string Reason, string Message)? Event);

/// <param name="Create">The nodes that get a pod.</param>
/// <param name="BackOff">As it is after this plan.</param>
internal sealed record DaemonSetPlan(
    IReadOnlyList<string> Create, IReadOnlyList<DaemonDeletion> Delete, FailedPodBackOff BackOff, DaemonSetStatus Status, DateTimeOffset? NextLookAt);
