using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Deployments;

/// <summary>A Deployment and what belongs to it, as observed.</summary>
/// <param name="PodsOf">The pods that a ReplicaSet controls, those that are going included.</param>
internal sealed record DeploymentWorld(Deployment Deployment, IReadOnlyList<ReplicaSet> ReplicaSets, Func<ReplicaSet, IReadOnlyList<Pod>> PodsOf);

/// <summary>A ReplicaSet to write.</summary>
/// <param name="Event">What to tell about the Deployment when it is written; null if the size stays.</param>
internal sealed record ReplicaSetChange(ReplicaSet Item, string? Event);

/// <param name="Annotations">The Deployment's own annotations, which name its revision.</param>
/// <param name="Create">The ReplicaSet of the template, if there is none yet. The rest of the plan holds only if this succeeds.</param>
/// <param name="NextLookAt">When the progress deadline passes.</param>
internal sealed record DeploymentPlan(
    ValueMap<string> Annotations,
    ReplicaSetChange? Create,
    IReadOnlyList<ReplicaSetChange> Update,
    IReadOnlyList<ReplicaSet> Delete,
    DeploymentStatus Status,
    DateTimeOffset? NextLookAt);
