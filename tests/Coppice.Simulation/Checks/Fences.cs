using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Simulation.Checks.Laws;
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
    private readonly IReadOnlyList<(ObjectKey Key, int Healthy)> _budgets;
    private readonly HashSet<string> _preempted = new(StringComparer.Ordinal);

    public Fences(SimulatedCluster cluster)
    {
        _cluster = cluster;
        _posts = [.. Workload.All(cluster.Caches).Select(w => (w.Key, w.Uid, Least(w)))];
        _budgets = [.. cluster.Stored.All<PodDisruptionBudget>().Select(b => (ObjectKey.Of(b), BudgetLaw.Healthy(cluster.Stored.All<Pod>(), b).Count))];
    }

    /// <summary>A drain in peace: no eviction leaves fewer healthy pods than budgets ask for.</summary>
    /// <exception cref="InvalidOperationException">Evictions took too much away.</exception>
    public void CheckBudgets()
    {
        NotePreempted();
        foreach (var (key, before) in _budgets)
        {
            if (_cluster.Stored.Find<PodDisruptionBudget>(key) is not { } budget || _preempted.Contains(key.Name))
            {
                continue;
            }

            var healthy = _cluster.Stored.All<Pod>(key.Namespace).Count(p => p.Metadata.DeletionTimestamp is null && Rest.IsReady(p) && p.Metadata.Labels.Find("app") == key.Name);
            if (healthy < Math.Min(before, budget.Status.DesiredHealthy))
            {
                throw new InvalidOperationException($"evictions left {healthy} healthy pods of {key}, and should leave {budget.Status.DesiredHealthy}: {budget.Status}");
            }
        }
    }

    /// <exception cref="InvalidOperationException">A rollout took too much away.</exception>
    public void Check()
    {
        NotePreempted();
        var caches = _cluster.Caches;
        foreach (var workload in Workload.All(caches).Where(w => !_preempted.Contains(w.Key.Name)))
        {
            var post = _posts.FirstOrDefault(p => p.Uid == workload.Uid);
            var ready = workload.Pods(caches).Count(p => Rest.IsReady(p) && p.Metadata.DeletionTimestamp is null);
            if (ready < Math.Min(post.Least, Least(workload)))
            {
                throw new InvalidOperationException($"a rollout left {workload} with {ready} ready pods, and should leave {post.Least}");
            }
        }
    }

    // New pods of more important ones may need the room of others; those are no rollout's loss.
    private void NotePreempted() => _preempted.UnionWith(_cluster.Stored.All<Pod>().Where(PreemptionLaw.IsPreempted).Select(p => p.Metadata.Labels.Find("app") ?? ""));

    private int Least(Workload workload) => workload.Item switch
    {
        Deployment { Spec.Strategy.Type: DeploymentStrategyType.Recreate } => 0,
        Deployment d => Math.Max(0, workload.Replicas!.Value - (d.Spec.Strategy.RollingUpdate?.MaxUnavailable?.Number ?? 0)),
        DaemonSet s => _cluster.Machines.Count - (s.Spec.UpdateStrategy.RollingUpdate?.MaxUnavailable?.Number ?? 1),
        StatefulSet => Math.Max(0, workload.Replicas!.Value - 1),
        _ => workload.Replicas!.Value,
    };
}
