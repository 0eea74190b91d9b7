using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.StatefulSets;

/// <summary>A set and its pods as they are.</summary>
/// <param name="Current">The name of the revision that a change began from.</param>
/// <param name="Update">The name of the newest revision.</param>
/// <param name="IsGoing">Whether a pod is being deleted, as far as anybody knows.</param>
/// <param name="LacksClaims">Whether a number's old claims are still on their way out, so that its pod has to wait.</param>
internal sealed record StatefulSetWorld(
    StatefulSet Set, IReadOnlyList<Pod> Pods, string Current, string Update, Func<Pod, bool> IsGoing, Func<int, bool> LacksClaims);

/// <summary>A pod to be made.</summary>
/// <param name="Revision">The name of the revision that it is made from.</param>
internal sealed record StatefulReplica(int Ordinal, string Revision);

/// <param name="Create">In this order; where one waits for the other there is only one.</param>
/// <param name="Keep">Pods whose labels and claims must be as they should be.</param>
/// <param name="Condemned">Pods that are too many: their claims may go with them.</param>
/// <param name="Status">As observed before these actions.</param>
/// <param name="NextLookAt">When a ready pod becomes available by the mere passing of time.</param>
internal sealed record StatefulSetPlan(
    IReadOnlyList<StatefulReplica> Create,
    IReadOnlyList<Pod> Delete,
    IReadOnlyList<Pod> Keep,
    IReadOnlyList<Pod> Condemned,
    StatefulSetStatus Status,
    DateTimeOffset? NextLookAt);
