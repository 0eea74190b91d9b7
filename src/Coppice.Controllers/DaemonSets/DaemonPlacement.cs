using Coppice.Controllers.NodeLifecycle;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.DaemonSets;

/// <summary>Which nodes a daemon belongs on, and how its pod is bound to one of them.</summary>
internal static class DaemonPlacement
{
    /// <summary>A node's troubles are the daemon's business, so its pods tolerate what would keep others away.</summary>
    private static readonly Toleration[] Tolerated =
    [
        Tolerate(NodePlanner.NotReady, TaintEffect.NoExecute),
        Tolerate(NodePlanner.Unreachable, TaintEffect.NoExecute),
        Tolerate("node.kubernetes.io/disk-pressure", TaintEffect.NoSchedule),
        Tolerate("node.kubernetes.io/memory-pressure", TaintEffect.NoSchedule),
        Tolerate("node.kubernetes.io/pid-pressure", TaintEffect.NoSchedule),
        Tolerate("node.kubernetes.io/unschedulable", TaintEffect.NoSchedule),
    ];

    /// <summary>The template's pod spec as the daemon's pods have it, but for the node.</summary>
    public static PodSpec SpecOf(DaemonSet set)
    {
        var spec = set.Spec.Template.Spec;
        var added = spec.HostNetwork ? Tolerated.Append(Tolerate("node.kubernetes.io/network-unavailable", TaintEffect.NoSchedule)) : Tolerated;
        return spec with { Tolerations = spec.Tolerations.Concat(added.Where(a => !spec.Tolerations.Contains(a))).ToValueList() };
    }

    /// <summary>Binds a pod to a node by affinity and leaves the binding itself to the scheduler, which then also counts its resources.</summary>
    public static PodSpec BoundTo(PodSpec spec, string node)
    {
        var required = new NodeSelector
        {
            NodeSelectorTerms = [new() { MatchFields = [new() { Key = NodeSelectors.NameField, Operator = NodeSelectorOperator.In, Values = [node] }] }],
        };
        var affinity = spec.Affinity ?? new();
        return spec with
        {
            Affinity = affinity with { NodeAffinity = (affinity.NodeAffinity ?? new()) with { RequiredDuringSchedulingIgnoredDuringExecution = required } },
        };
    }

    /// <summary>The node that a daemon's pod is on or is meant for.</summary>
    public static string? NodeOf(Pod pod) => !string.IsNullOrEmpty(pod.Spec.NodeName)
        ? pod.Spec.NodeName
        : pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms
            .SelectMany(t => t.MatchFields)
            .FirstOrDefault(f => f.Key == NodeSelectors.NameField && f.Operator == NodeSelectorOperator.In && f.Values.Count == 1)?.Values[0];

    public static NodeFit Fit(DaemonSet set, PodSpec spec, Node node)
    {
        if ((!string.IsNullOrEmpty(set.Spec.Template.Spec.NodeName) && set.Spec.Template.Spec.NodeName != node.Metadata.Name)
            || !NodeSelectors.Allows(spec, node))
        {
            return NodeFit.None;
        }

        var untolerated = node.Spec.Taints.Where(t => !spec.Tolerations.Tolerates(t)).Select(t => t.Effect).ToList();
        return untolerated.Contains(TaintEffect.NoExecute) ? NodeFit.None
            : untolerated.Contains(TaintEffect.NoSchedule) ? NodeFit.MayStay
            : NodeFit.Runs;
    }

    private static Toleration Tolerate(string key, string effect) => new() { Key = key, Operator = TolerationOperator.Exists, Effect = effect };
}

internal enum NodeFit
{
    /// <summary>The daemon has no place there; a pod that is there goes.</summary>
    None,

    /// <summary>No pod is put there, but one that is there stays.</summary>
    MayStay,

    /// <summary>The daemon runs there.</summary>
    Runs,
}
