using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>How many pods that a spread constraint means are in each place.</summary>
internal sealed class SpreadCount
{
    private readonly Dictionary<string, int> _byPlace = new(StringComparer.Ordinal);

    private SpreadCount(TopologySpreadConstraint constraint, bool countsItself)
    {
        Constraint = constraint;
        CountsItself = countsItself;
    }

    public TopologySpreadConstraint Constraint { get; }

    /// <summary>The pod is one of those that the constraint means.</summary>
    public bool CountsItself { get; }

    /// <summary>The number of places.</summary>
    public int Places => _byPlace.Count;

    /// <summary>The number of pods in the emptiest place; 0 while there are fewer places than the constraint wants.</summary>
    public int Least { get; private set; }

    public int In(string place) => _byPlace.GetValueOrDefault(place);

    /// <param name="keys">Labels that a node must have to be counted: those of all constraints of the pod together.</param>
    public static SpreadCount Of(TopologySpreadConstraint constraint, PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<string> keys)
    {
        var means = PodTerm.Narrow(constraint.LabelSelector, pod.Pod, constraint.MatchLabelKeys, default);
        var count = new SpreadCount(constraint, means.Matches(pod.Labels));
        foreach (var node in cluster.Nodes)
        {
            if (IsCounted(constraint, pod, node, keys))
            {
                var place = node.Labels[constraint.TopologyKey];
                var here = node.Pods.Count(p => !p.IsLeaving && p.Namespace == pod.Namespace && means.Matches(p.Labels));
                count._byPlace[place] = count.In(place) + here;
            }
        }

        count.Least = count.Places == 0 || count.Places < (constraint.MinDomains ?? 1) ? 0 : count._byPlace.Values.Min();
        return count;
    }

    private static bool IsCounted(TopologySpreadConstraint constraint, PodDemand pod, NodeView node, IReadOnlyList<string> keys) =>
        keys.All(node.Labels.ContainsKey)
        && (constraint.NodeAffinityPolicy == NodeInclusionPolicy.Ignore || NodeSelectors.Allows(pod.Pod.Spec, node.Node))
        && (constraint.NodeTaintsPolicy != NodeInclusionPolicy.Honor || pod.Pod.Spec.Tolerations.Tolerates(node.Node.Spec.Taints));
}
