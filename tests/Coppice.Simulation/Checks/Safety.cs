using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Simulation.World;
using ContainerState = Coppice.Node.Runtime.ContainerState;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true at every moment, whatever happens. Remembers what it saw, to see what must never change.</summary>
internal sealed class Safety(SimulatedCluster cluster)
{
    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _limits = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">Something happened that must not; says what.</exception>
    public void Check()
    {
        cluster.ThrowIfBroken();
        var pods = cluster.Caches.Pods.Cache.Items;
        CheckPlaces(pods);
        CheckSurge(pods);
        CheckRoom(pods);
        CheckTwins();
    }

    /// <summary>A cluster at rest has forgotten what it was asked before.</summary>
    public void Forget() => _limits.Clear();

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

    // Never more than the most that any form of the deployment since the last rest allowed.
    private void CheckSurge(IReadOnlyList<Pod> pods)
    {
        foreach (var deployment in cluster.Caches.Deployments.Cache.Items)
        {
            var limit = (deployment.Spec.Replicas ?? 1) + (deployment.Spec.Strategy.RollingUpdate?.MaxSurge?.Number ?? 0);
            _limits[deployment.Metadata.Uid!] = Math.Max(limit, _limits.GetValueOrDefault(deployment.Metadata.Uid!));
            var sets = cluster.Caches.ReplicaSets.Cache.Items
                .Where(s => s.Metadata.OwnerReferences.Any(o => o.Uid == deployment.Metadata.Uid))
                .Select(s => s.Metadata.Uid)
                .ToHashSet();
            var alive = pods.Count(p => IsAlive(p) && p.Metadata.OwnerReferences.Any(o => sets.Contains(o.Uid)));
            if (alive > _limits[deployment.Metadata.Uid!])
            {
                throw new InvalidOperationException($"deployment {deployment.Metadata.Name} has {alive} pods, and may have {_limits[deployment.Metadata.Uid!]}");
            }
        }
    }

    private void CheckRoom(IReadOnlyList<Pod> pods)
    {
        foreach (var machine in cluster.Machines)
        {
            var asked = pods.Where(p => p.Spec.NodeName == machine.Name && IsAlive(p)).Sum(p => p.Spec.Containers[0].Resources.Requests["cpu"].MilliValue);
            if (asked > SimulatedPresence.Allocatable["cpu"].MilliValue)
            {
                throw new InvalidOperationException($"the pods on {machine.Name} asked for {asked} thousandths of a CPU, more than it has");
            }
        }
    }

    private void CheckTwins()
    {
        foreach (var machine in cluster.Machines)
        {
            var twins = machine.Held().Containers
                .Where(c => c.State == ContainerState.Running)
                .GroupBy(c => (c.Pod.Uid, c.Name))
                .FirstOrDefault(g => g.Count() > 1);
            if (twins is not null)
            {
                throw new InvalidOperationException($"{machine.Name} runs container {twins.Key.Name} of {twins.First().Pod.Name} {twins.Count()} times at once");
            }
        }
    }

    private static bool IsAlive(Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed);
}
