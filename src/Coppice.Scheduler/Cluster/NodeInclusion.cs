using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>The nodes on which pods are counted.</summary>
/// <param name="Keys">Labels that a node must have.</param>
/// <param name="NodeSelector">Labels with the values that it must have.</param>
/// <param name="Affinity">Terms one of which must match; null for none.</param>
/// <param name="Tolerations">Those that its taints must be tolerated by; null where taints don't matter.</param>
internal sealed record NodeInclusion(ValueList<string> Keys, ValueMap<string> NodeSelector, NodeSelector? Affinity, ValueList<Toleration>? Tolerations)
{
    public static readonly NodeInclusion Every = new(default, default, null, null);

    /// <param name="keys">Those of all constraints of the pod together.</param>
    public static NodeInclusion Of(TopologySpreadConstraint constraint, PodSpec spec, ValueList<string> keys)
    {
        var honorsAffinity = constraint.NodeAffinityPolicy != NodeInclusionPolicy.Ignore;
        return new(
            keys,
            honorsAffinity ? spec.NodeSelector : default,
            honorsAffinity ? spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution : null,
            constraint.NodeTaintsPolicy == NodeInclusionPolicy.Honor ? spec.Tolerations : null);
    }

    public bool Includes(NodeInfo node)
    {
        foreach (var key in Keys)
        {
            if (!node.Labels.ContainsKey(key))
            {
                return false;
            }
        }

        return NodeSelectors.Allows(NodeSelector, Affinity, node.Node) && (Tolerations is not { } tolerations || tolerations.Tolerates(node.Node.Spec.Taints));
    }
}
