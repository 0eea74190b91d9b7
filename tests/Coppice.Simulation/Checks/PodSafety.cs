using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true at every moment of the pods that the server knows. Remembers what it saw, to see what must never change.</summary>
internal sealed class PodSafety
{
    private const string HashLabel = "pod-template-hash";

    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _limits = new(StringComparer.Ordinal);

    /// <summary>No pod changes its node, and no two that are ready have one address.</summary>
    public void CheckPlaces(IReadOnlyList<Pod> pods)
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

    /// <summary>No machine is asked for more than it has.</summary>
    public static void CheckRoom(IEnumerable<string> machines, IReadOnlyList<Pod> pods)
    {
        foreach (var machine in machines)
        {
            var asked = pods.Where(p => p.Spec.NodeName == machine && Safety.IsAlive(p)).Sum(p => PodRequests.Of(p.Spec).Find(ResourceName.Cpu).MilliValue);
            if (asked > SimulatedMachine.Allocatable[ResourceName.Cpu].MilliValue)
            {
                throw new InvalidOperationException($"the pods on {machine} asked for {asked} thousandths of a CPU, more than it has");
            }
        }
    }

    /// <summary>Never more than the most that any form of the deployment allowed.</summary>
    public void CheckSurge(Deployment deployment, IReadOnlyList<Pod> pods)
    {
        var limit = (deployment.Spec.Replicas ?? 1) + (deployment.Spec.Strategy.RollingUpdate?.MaxSurge?.Number ?? 0);
        limit = _limits[deployment.Metadata.Uid!] = Math.Max(limit, _limits.GetValueOrDefault(deployment.Metadata.Uid!));
        var alive = pods.Count(Safety.IsAlive);
        if (alive > limit)
        {
            throw new InvalidOperationException($"deployment {deployment.Metadata.Name} has {alive} pods, and may have {limit}");
        }
    }

    /// <summary>The new ones come when the old ones are gone, not when they are going.</summary>
    public static void CheckRecreation(Deployment deployment, IReadOnlyList<Pod> pods)
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
}
