using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Simulation.Checks.Laws;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true at every moment and of every write, whatever happens. Remembers what it saw, to see what must never change.</summary>
internal sealed class Safety(SimulatedCluster cluster)
{
    private readonly IReadOnlyList<ILaw> _laws =
    [
        new JobLaw(cluster.Stored),
        new CronJobLaw(cluster.Stored),
        new QuotaLaw(cluster.Stored),
        new VolumeLaw(cluster.Stored),
        new BudgetLaw(cluster),
        new PreemptionLaw(cluster),
        new AutoscalerLaw(cluster),
        new DaemonSetLaw(cluster),
    ];

    private const string HashLabel = "pod-template-hash";

    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _limits = new(StringComparer.Ordinal);
    private (SimulatedServer? Server, long Changes) _checked;

    /// <summary>Looks at every write, and at all there is whenever a pod or a deployment has changed; while there is no server, always.</summary>
    /// <exception cref="InvalidOperationException">Something happened that must not; says what.</exception>
    public void Check()
    {
        if (cluster.History.Follow(LookAt))
        {
            foreach (var law in _laws)
            {
                law.Conclude();
            }
        }

        var now = (cluster.Server, cluster.Server?.Changes ?? 0);
        if (now.Server is not null && now == _checked)
        {
            return;
        }

        _checked = now;
        cluster.ThrowIfBroken();
        CheckTwins();
        CheckIdentities();
        CheckData();
        if (cluster.Server is not { Caches: var caches } || !caches.Pods.IsSynced)
        {
            return;
        }

        var pods = caches.Pods.Items;
        CheckPlaces(pods);
        CheckRoom(pods);
        foreach (var deployment in caches.Deployments.Items)
        {
            // What it took in from others that were there before is not of its making.
            var own = new Workload(deployment).Pods(caches).Where(p => p.Metadata.CreationTimestamp > deployment.Metadata.CreationTimestamp).ToList();
            CheckSurge(deployment, own);
            CheckRecreation(deployment, own);
        }
    }

    public static bool IsAlive(Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed);

    private void LookAt(Write write)
    {
        foreach (var law in _laws)
        {
            law.Look(write);
        }
    }

    private void CheckData()
    {
        if (cluster.Data.Problem is { } problem)
        {
            throw new InvalidOperationException(problem);
        }
    }

    private void CheckPlaces(IReadOnlyList<Pod> pods)
    {
        foreach (var pod in pods)
        {
            if (pod.Spec.NodeName is { Length: > 0 } node && !_nodes.TryAdd(pod.Metadata.Uid!, node) && _nodes[pod.Metadata.Uid!] != node)
            {
                throw new InvalidOperationException($"pod {pod.Metadata.Name} went from {_nodes[pod.Metadata.Uid!]} to {node}");
            }
        }

        var twins = pods.Where(p => Rest.IsReady(p) && p.Metadata.DeletionTimestamp is null).GroupBy(p => p.Status.PodIP, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twins is not null)
        {
            throw new InvalidOperationException($"{string.Join(" and ", twins.Select(p => p.Metadata.Name))} are both ready at {twins.Key}");
        }
    }

    // Never more than the most that any form of the deployment allowed.
    private void CheckSurge(Deployment deployment, IReadOnlyList<Pod> pods)
    {
        var limit = (deployment.Spec.Replicas ?? 1) + (deployment.Spec.Strategy.RollingUpdate?.MaxSurge?.Number ?? 0);
        limit = _limits[deployment.Metadata.Uid!] = Math.Max(limit, _limits.GetValueOrDefault(deployment.Metadata.Uid!));
        var alive = pods.Count(IsAlive);
        if (alive > limit)
        {
            throw new InvalidOperationException($"deployment {deployment.Metadata.Name} has {alive} pods, and may have {limit}");
        }
    }

    // The new ones come when the old ones are gone, not when they are going.
    private static void CheckRecreation(Deployment deployment, IReadOnlyList<Pod> pods)
    {
        if (deployment.Spec.Strategy.Type != DeploymentStrategyType.Recreate)
        {
            return;
        }

        var forms = pods.Where(p => p.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed)).Select(p => p.Metadata.Labels.Find(HashLabel)).Distinct().ToList();
        if (forms.Count > 1)
        {
            throw new InvalidOperationException($"deployment {deployment.Metadata.Name} recreates its pods, and has pods of {string.Join(" and ", forms)} at once");
        }
    }

    private void CheckRoom(IReadOnlyList<Pod> pods)
    {
        foreach (var machine in cluster.Machines)
        {
            var asked = pods.Where(p => p.Spec.NodeName == machine.Name && IsAlive(p)).Sum(p => PodRequests.Of(p.Spec).Find("cpu").MilliValue);
            if (asked > SimulatedMachine.Allocatable["cpu"].MilliValue)
            {
                throw new InvalidOperationException($"the pods on {machine.Name} asked for {asked} thousandths of a CPU, more than it has");
            }
        }
    }

    /// <summary>
    /// A pod that comes back under its name begins only when the one before has ended, on whatever machine; unless users did not wait to
    /// hear that it has.
    /// </summary>
    private void CheckIdentities()
    {
        var doubles = cluster.Machines.SelectMany(machine => machine.Held().Containers.Select(c => (Machine: machine.Name, Container: c)))
            .Where(c => c.Container.State == ContainerRunState.Running)
            .GroupBy(c => (c.Container.Pod.Namespace, Pod: c.Container.Pod.Name, Container: c.Container.Name))
            .Where(g => g.DistinctBy(c => c.Container.Pod.Uid).Count() > 1)
            .FirstOrDefault(g => g.DistinctBy(c => c.Machine).Count() == 1 || !g.Any(c => cluster.Meddled.Contains(c.Container.Pod.Uid)));
        if (doubles is not null)
        {
            throw new InvalidOperationException(
                $"{string.Join(" and ", doubles.Select(c => c.Machine).Distinct())} run two pods that are called {doubles.Key.Namespace}/{doubles.Key.Pod}");
        }
    }

    private void CheckTwins()
    {
        foreach (var machine in cluster.Machines)
        {
            var twins = machine.Held().Containers
                .Where(c => c.State == ContainerRunState.Running)
                .GroupBy(c => (c.Pod.Uid, c.Name))
                .FirstOrDefault(g => g.Count() > 1);
            if (twins is not null)
            {
                throw new InvalidOperationException($"{machine.Name} runs container {twins.Key.Name} of {twins.First().Pod.Name} {twins.Count()} times at once");
            }
        }
    }
}
