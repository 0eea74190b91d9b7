using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>How the pods that a spread constraint is about lie over its domains.</summary>
internal sealed class TopologySpread
{
    private readonly DomainCounts _pods;

    private TopologySpread(TopologySpreadConstraint constraint, PodInfo pod, ClusterSnapshot cluster, ValueList<string> keys)
    {
        var (selection, nodes) = (PodSelection.Of(constraint, pod.Pod), NodeInclusion.Of(constraint, pod.Pod.Spec, keys));
        _pods = cluster.Sums.Topology.Of(new PodCount([selection], nodes, constraint.TopologyKey), cluster);
        Constraint = constraint;
        IncludesItself = selection.Matches(pod, cluster.Namespaces);
        Domains = cluster.Sums.Topology.Of(new NodeCount(nodes, constraint.TopologyKey), cluster).Count;
        Least = Domains < (constraint.MinDomains ?? 1) || _pods.Count < Domains || _pods.IsEmpty ? 0 : _pods.Least;
    }

    public TopologySpreadConstraint Constraint { get; }

    /// <summary>The pod is one of those that the constraint is about.</summary>
    public bool IncludesItself { get; }

    /// <summary>The number of domains.</summary>
    public int Domains { get; }

    /// <summary>The number of pods in the emptiest domain; 0 while there are fewer domains than the constraint wants.</summary>
    public int Least { get; }

    /// <param name="whenUnsatisfiable">Which of the pod's constraints are meant.</param>
    public static IReadOnlyList<TopologySpread> Of(PodInfo pod, string whenUnsatisfiable, ClusterSnapshot cluster)
    {
        var constraints = pod.Pod.Spec.TopologySpreadConstraints.Where(c => c.WhenUnsatisfiable == whenUnsatisfiable).ToList();
        var keys = constraints.Select(c => c.TopologyKey).ToValueList();
        return [.. constraints.Select(c => new TopologySpread(c, pod, cluster, keys))];
    }

    /// <summary>The number of pods in the node's domain.</summary>
    public int PodsNear(NodeInfo node) => _pods.Of(node);
}
