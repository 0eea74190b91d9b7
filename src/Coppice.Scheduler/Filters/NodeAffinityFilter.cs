using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>The nodes that the pod's node selector and required node affinity mean.</summary>
/// <param name="Added">What all pods need beside that; null for nothing.</param>
internal sealed record NodeAffinityFilter(NodeAffinity? Added = null) : IFilter
{
    /// <summary>Of a node that a pod does not name which names some.</summary>
    public static readonly Rejection NotNamed = Rejection.Unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]");

    private static readonly Rejection Mismatch = Rejection.Unresolvable("node(s) didn't match Pod's node affinity/selector");
    private static readonly Rejection NotEnforced = Rejection.Unresolvable("node(s) didn't match scheduler-enforced node affinity");

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.NodeLabels;

    /// <summary>The nodes whose names the pod insists on; null if there is a way for it to be on others.</summary>
    public static IReadOnlySet<string>? NamesFor(PodInfo pod)
    {
        if (pod.Pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { NodeSelectorTerms: { IsEmpty: false } terms })
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var term in terms)
        {
            var field = term.MatchFields.FirstOrDefault(one => one is { Key: NodeSelectors.NameField, Operator: NodeSelectorOperator.In });
            if (field is null)
            {
                return null;
            }

            names.UnionWith(field.Values);
        }

        return names;
    }

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var spec = pod.Pod.Spec;
        var added = Added?.RequiredDuringSchedulingIgnoredDuringExecution;
        return spec.NodeSelector.IsEmpty && spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is null && added is null
            ? null
            : node => !NodeSelectors.Allows(default, added, node.Node) ? NotEnforced : NodeSelectors.Allows(spec, node.Node) ? null : Mismatch;
    }
}
