using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Spread constraints that must hold: no domain may have more than so many matching pods more than the emptiest.</summary>
internal sealed class TopologySpreadFilter(SpreadDefaults defaults) : IFilter
{
    private static readonly Rejection Skewed = Rejection.Resolvable("node(s) didn't match pod topology spread constraints");

    private static readonly Rejection NoDomain = Rejection.Unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");

    public ClusterEvents WokenBy =>
        ClusterEvents.NodeAdded | ClusterEvents.NodeGone | ClusterEvents.NodeLabels | ClusterEvents.NodeTaints | ClusterEvents.PodGone | ClusterEvents.PodAssigned;

    public bool LooksBeyondNode => true;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var spreads = TopologySpread.Of(pod, UnsatisfiableConstraintAction.DoNotSchedule, defaults, cluster);
        return spreads.Count == 0 ? null : node => Test(spreads, node);
    }

    private static Rejection? Test(IReadOnlyList<TopologySpread> spreads, NodeInfo node)
    {
        foreach (var spread in spreads)
        {
            if (!spread.Has(node))
            {
                return NoDomain;
            }

            if (spread.PodsNear(node) + (spread.IncludesItself ? 1 : 0) - spread.Least > spread.Constraint.MaxSkew)
            {
                return Skewed;
            }
        }

        return null;
    }
}
