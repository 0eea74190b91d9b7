using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Replication;

/// <summary>The pods of one owner as they are.</summary>
/// <param name="Active">Those that count as replicas.</param>
/// <param name="Terminating">How many are asked to go and still there.</param>
/// <param name="OnNode">How many active pods of the owner and its siblings a node holds: a crowded node loses a pod first.</param>
internal sealed record ReplicationWorld(IReadOnlyList<Pod> Active, int Terminating, Func<string, int> OnNode);

/// <param name="Create">How many pods to make.</param>
/// <param name="Delete">Which pods to remove.</param>
/// <param name="Status">The status as observed before these actions; the condition of a failure is not in it yet.</param>
/// <param name="NextLookAt">When a ready pod becomes available by the mere passing of time.</param>
internal sealed record ReplicationPlan(int Create, IReadOnlyList<Pod> Delete, ReplicaSetStatus Status, DateTimeOffset? NextLookAt);
