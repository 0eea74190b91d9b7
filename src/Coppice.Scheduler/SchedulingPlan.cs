namespace Coppice.Scheduler;

/// <summary>What is to be done with a pod.</summary>
internal abstract record SchedulingPlan
{
    /// <param name="LookedAt">How many nodes were looked at to find it.</param>
    public sealed record Bind(string Node, int LookedAt) : SchedulingPlan;

    /// <param name="Rejections">Why, by node, in the order of looking.</param>
    /// <param name="WokenBy">What may help.</param>
    /// <param name="Tests">What was asked of the nodes, to ask again what would be without some pods.</param>
    public sealed record Unschedulable(IReadOnlyList<(NodeInfo Node, Rejection Why)> Rejections, ClusterEvents WokenBy, PodFilters Tests) : SchedulingPlan;
}
