using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>How the pods that a spread constraint is about lie over its domains, whenever it is asked.</summary>
internal sealed class TopologySpread
{
    private readonly DomainCounts _pods;
    private readonly DomainCounts _nodes;

    private TopologySpread(TopologySpreadConstraint constraint, PodSelection selection, NodeInclusion nodes, PodInfo pod, ClusterSnapshot cluster)
    {
        _pods = cluster.Count(new PodCount([selection], nodes, constraint.TopologyKey));
        _nodes = cluster.Count(new NodeCount(nodes, constraint.TopologyKey));
        Constraint = constraint;
        IncludesItself = selection.Matches(pod, cluster.Namespaces);
    }

    public TopologySpreadConstraint Constraint { get; }

    public TopologyDomains Domains => _pods.Domains;

    /// <summary>The pod is one of those that the constraint is about.</summary>
    public bool IncludesItself { get; }

    /// <summary>The number of pods in the emptiest domain; 0 while there are fewer domains than the constraint wants.</summary>
    public int Least => _nodes.Count < (Constraint.MinDomains ?? 1) || _pods.Count < _nodes.Count || _pods.IsEmpty ? 0 : _pods.Least;

    /// <summary>Those of the pod, or else by default.</summary>
    /// <param name="whenUnsatisfiable">Which of them are meant.</param>
    public static IReadOnlyList<TopologySpread> Of(PodInfo pod, string whenUnsatisfiable, SpreadDefaults defaults, ClusterSnapshot cluster)
    {
        var own = pod.Pod.Spec.TopologySpreadConstraints;
        var constraints = (own.IsEmpty ? defaults.Constraints : own).Where(c => c.WhenUnsatisfiable == whenUnsatisfiable).ToList();
        if (constraints.Count == 0 || (own.IsEmpty ? cluster.Workloads.Of(pod) : LabelQuery.Nothing) is not { } alike)
        {
            return [];
        }

        var keys = !NeedsLabels(pod, defaults) ? default : constraints.Select(c => c.TopologyKey).ToValueList();
        return [.. constraints.Select(c => new TopologySpread(
            c, own.IsEmpty ? PodSelection.Of(alike, pod.Namespace) : PodSelection.Of(c, pod.Pod), NodeInclusion.Of(c, pod.Pod.Spec, keys), pod, cluster))];
    }

    /// <summary>Nodes that lack the label of a constraint are out of the question for the pod.</summary>
    public static bool NeedsLabels(PodInfo pod, SpreadDefaults defaults) => defaults.NeedsLabels || !pod.Pod.Spec.TopologySpreadConstraints.IsEmpty;

    /// <summary>The number of pods in the node's domain.</summary>
    public int PodsNear(NodeInfo node) => _pods.Of(node);

    /// <summary>The node is in one of the domains.</summary>
    public bool Has(NodeInfo node) => Domains.Of(node) != TopologyDomains.None;
}
