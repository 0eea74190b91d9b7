using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Simulation.Checks.Laws;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true at every moment and of every write, whatever happens.</summary>
internal sealed class Safety
{
    private readonly SimulatedCluster _cluster;
    private readonly IReadOnlyList<ILaw> _laws;
    private readonly PodSafety _pods = new();
    private readonly ContainerSafety _containers;
    private (SimulatedServer? Server, long Changes) _checked;

    public Safety(SimulatedCluster cluster)
    {
        _cluster = cluster;
        var ground = new LawGround(cluster.Stored, () => cluster.IsClear, cluster.Meddled);
        _laws =
        [
            new JobLaw(cluster.Stored),
            new CronJobLaw(cluster.Stored),
            new QuotaLaw(cluster.Stored),
            new VolumeLaw(cluster.Stored),
            new BudgetLaw(ground),
            new PreemptionLaw(ground),
            new AutoscalerLaw(cluster.Stored, cluster.Api),
            new DaemonSetLaw(ground),
            new SilenceLaw(() => cluster.Machines.Where(machine => machine.IsHeard).Select(machine => machine.Name), cluster.Loop.Time),
        ];
        _containers = new ContainerSafety(cluster.Meddled, cluster.Data.UsesOf);
    }

    /// <summary>Looks at every write, and at all there is whenever a pod or a deployment has changed; while there is no server, always.</summary>
    /// <exception cref="InvalidOperationException">Something happened that must not; says what.</exception>
    public void Check()
    {
        if (_cluster.History.Follow(LookAt))
        {
            foreach (var law in _laws)
            {
                law.Conclude();
            }
        }

        var now = (_cluster.Server, _cluster.Server?.Changes ?? 0);
        if (now.Server is not null && now == _checked)
        {
            return;
        }

        _checked = now;
        _cluster.ThrowIfBroken();
        _containers.Check([.. _cluster.Machines.Select(machine => (machine.Name, machine.Held()))]);
        if (_cluster.Data.Problem is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        if (_cluster.Server is { Caches: { Pods.IsSynced: true } caches })
        {
            CheckPods(caches);
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

    private void CheckPods(ServerView caches)
    {
        var pods = caches.Pods.Items;
        _pods.CheckPlaces(pods);
        PodSafety.CheckRoom(_cluster.Machines.Select(machine => machine.Name), pods);
        foreach (var deployment in caches.Deployments.Items)
        {
            // What it took in from others that were there before is not of its making.
            var own = new Workload(deployment).Pods(caches).Where(p => p.Metadata.CreationTimestamp > deployment.Metadata.CreationTimestamp).ToList();
            _pods.CheckSurge(deployment, own);
            PodSafety.CheckRecreation(deployment, own);
        }
    }
}
