using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>
/// A rollout in peace: while nothing goes wrong, there are never fewer ready pods than the strategy allows. Take it at rest, when all
/// are ready.
/// </summary>
internal sealed class Fences
{
    private readonly SimulatedCluster _cluster;
    private readonly IReadOnlyList<(ObjectKey Key, string Uid, int Least)> _posts;

    public Fences(SimulatedCluster cluster)
    {
        _cluster = cluster;
        _posts = [.. Workload.All(cluster.Caches).Select(w => (w.Key, w.Uid, Least(w)))];
    }

    /// <exception cref="InvalidOperationException">A rollout took too much away.</exception>
    public void Check()
    {
        var caches = _cluster.Caches;
        foreach (var workload in Workload.All(caches))
        {
            var post = _posts.FirstOrDefault(p => p.Uid == workload.Uid);
            var ready = workload.Pods(caches).Count(p => Rest.IsReady(p) && p.Metadata.DeletionTimestamp is null);
            if (ready < post.Least)
            {
                throw new InvalidOperationException($"a rollout left {workload} with {ready} ready pods, and should leave {post.Least}");
            }
        }
    }

    private int Least(Workload workload) => workload.Item switch
    {
        Deployment { Spec.Strategy.Type: DeploymentStrategyType.Recreate } => 0,
        Deployment d => Math.Max(0, workload.Replicas!.Value - (d.Spec.Strategy.RollingUpdate?.MaxUnavailable?.Number ?? 0)),
        DaemonSet s => _cluster.Machines.Count - (s.Spec.UpdateStrategy.RollingUpdate?.MaxUnavailable?.Number ?? 1),
        StatefulSet => Math.Max(0, workload.Replicas!.Value - 1),
        _ => workload.Replicas!.Value,
    };
}
