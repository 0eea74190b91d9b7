using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Spread constraints that must hold: no place may have more than so many matching pods more than the emptiest.</summary>
internal sealed class TopologySpreadFilter : IFilter
{
    private static readonly Rejection Skewed = Rejection.ForNow("node(s) didn't match pod topology spread constraints");

    private static readonly Rejection Placeless = Rejection.Final("node(s) didn't match pod topology spread constraints (missing required label)");

    public ClusterEvents WokenBy =>
        ClusterEvents.NodeAdded | ClusterEvents.NodeGone | ClusterEvents.NodeLabels | ClusterEvents.NodeTaints | ClusterEvents.PodGone | ClusterEvents.PodPlaced;

    public NodeTest? For(PodDemand pod, ClusterSnapshot cluster)
    {
        var constraints = pod.Pod.Spec.TopologySpreadConstraints
            .Where(c => c.WhenUnsatisfiable == UnsatisfiableConstraintAction.DoNotSchedule)
            .ToList();
        if (constraints.Count == 0)
        {
            return null;
        }

        var keys = constraints.Select(c => c.TopologyKey).ToList();
        var spreads = constraints.Select(c => SpreadCount.Of(c, pod, cluster, keys)).ToList();
        return node =>
        {
            foreach (var spread in spreads)
            {
                if (!node.Labels.TryGetValue(spread.Constraint.TopologyKey, out var place))
                {
                    return Placeless;
                }

                if (spread.In(place) + (spread.CountsItself ? 1 : 0) - spread.Least > spread.Constraint.MaxSkew)
                {
                    return Skewed;
                }
            }

            return null;
        };
    }
}
