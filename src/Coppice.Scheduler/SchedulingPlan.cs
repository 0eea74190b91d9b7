namespace Coppice.Scheduler;

/// <summary>What is to be done with a pod.</summary>
internal abstract record SchedulingPlan
{
    /// <param name="LookedAt">How many nodes were looked at to find it.</param>
    public sealed record Bind(string Node, int LookedAt) : SchedulingPlan;

    /// <param name="Message">Why, in Kubernetes' words.</param>
    /// <param name="WokenBy">What may help.</param>
    public sealed record Unschedulable(string Message, ClusterEvents WokenBy) : SchedulingPlan;
}
