using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <param name="Conditions">The node's conditions; those of a silent node are Unknown.</param>
/// <param name="Taints">The taints that follow from the conditions, and all others as they were.</param>
/// <param name="IsReady">Whether pods on the node may be counted on.</param>
internal sealed record NodePlan(ValueList<NodeCondition> Conditions, ValueList<Taint> Taints, bool IsReady);

/// <summary>What a node's silence or its own report means for its conditions and taints.</summary>
internal static class NodePlanner
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";
    private const string Unschedulable = "node.kubernetes.io/unschedulable";

    private static readonly string[] Reported =
        [NodeConditionType.Ready, NodeConditionType.MemoryPressure, NodeConditionType.DiskPressure, NodeConditionType.PIDPressure];

    private static readonly (string Condition, string Taint)[] ByCondition =
    [
        (NodeConditionType.MemoryPressure, "node.kubernetes.io/memory-pressure"),
        (NodeConditionType.DiskPressure, "node.kubernetes.io/disk-pressure"),
        (NodeConditionType.PIDPressure, "node.kubernetes.io/pid-pressure"),
        (NodeConditionType.NetworkUnavailable, "node.kubernetes.io/network-unavailable"),
    ];

    private static readonly HashSet<string> Ours =
        new(ByCondition.Select(t => t.Taint).Append(NotReady).Append(Unreachable).Append(Unschedulable), StringComparer.Ordinal);

    /// <param name="isSilent">Nothing was heard of it for longer than the grace period.</param>
    /// <param name="mayEvict">False if no node at all is well: then it is more likely that we are cut off than they.</param>
    public static NodePlan Plan(Node node, bool isSilent, bool mayEvict, DateTimeOffset now)
    {
        var conditions = isSilent ? Silence(node, now) : node.Status.Conditions;
        var ready = conditions.FirstOrDefault(c => c.Type == NodeConditionType.Ready)?.Status;
        var wanted = new List<(string Key, string Effect)>();
        if (ready != ConditionStatus.True)
        {
            var key = ready == ConditionStatus.Unknown ? Unreachable : NotReady;
            wanted.Add((key, TaintEffect.NoSchedule));
            if (mayEvict && ready is not null)
            {
                wanted.Add((key, TaintEffect.NoExecute));
            }
        }

        wanted.AddRange(ByCondition
            .Where(t => conditions.Any(c => c.Type == t.Condition && c.Status == ConditionStatus.True))
            .Select(t => (t.Taint, TaintEffect.NoSchedule)));
        if (node.Spec.Unschedulable)
        {
            wanted.Add((Unschedulable, TaintEffect.NoSchedule));
        }

        // Tolerations count from when a taint was added. One that was added in the future counts from now: the clock was set back since.
        var kept = node.Spec.Taints
            .Where(t => !Ours.Contains(t.Key) || wanted.Contains((t.Key, t.Effect)))
            .Select(t => Ours.Contains(t.Key) && t.TimeAdded > now ? t with { TimeAdded = ApiTime.Truncate(now) } : t);
        var added = wanted
            .Where(w => !node.Spec.Taints.Any(t => t.Key == w.Key && t.Effect == w.Effect))
            .Select(w => new Taint { Key = w.Key, Effect = w.Effect, TimeAdded = ApiTime.Truncate(now) });
        return new(conditions, kept.Concat(added).ToValueList(), ready == ConditionStatus.True);
    }

    /// <summary>The taint says that the node is not well, or hinders no pod that runs.</summary>
    public static bool IsOfHealth(Taint taint) => taint.Effect != TaintEffect.NoExecute || taint.Key is NotReady or Unreachable;

    private static ValueList<NodeCondition> Silence(Node node, DateTimeOffset now)
    {
        var known = node.Status.Conditions
            .Select(c => !Reported.Contains(c.Type) || c.Status == ConditionStatus.Unknown ? c : c with
            {
                Status = ConditionStatus.Unknown,
                Reason = "NodeStatusUnknown",
                Message = "Kubelet stopped posting node status.",
                LastTransitionTime = ApiTime.Truncate(now),
            })
            .ToList();
        var never = Reported.Where(type => known.All(c => c.Type != type)).Select(type => new NodeCondition
        {
            Type = type,
            Status = ConditionStatus.Unknown,
            Reason = "NodeStatusNeverUpdated",
            Message = "Kubelet never posted node status.",
            LastHeartbeatTime = node.Metadata.CreationTimestamp,
            LastTransitionTime = ApiTime.Truncate(now),
        });
        return known.Concat(never).ToValueList();
    }
}
