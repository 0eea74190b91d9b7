namespace Coppice.Scheduler;

/// <summary>Keeps pods off nodes where they cannot run.</summary>
internal interface IFilter
{
    /// <summary>What may make a pod fit that this filter kept off.</summary>
    ClusterEvents WokenBy { get; }

    /// <summary>The test of nodes for a pod, or null if every node would pass it. What is the same for all nodes is worked out here, once.</summary>
    NodeTest? For(PodInfo pod, ClusterSnapshot cluster);
}

/// <returns>Why the pod cannot run on the node; null if this is no reason.</returns>
internal delegate Rejection? NodeTest(NodeInfo node);

/// <param name="Reasons">Kubernetes' words.</param>
/// <param name="IsUnresolvable">Not even removing other pods from the node would help.</param>
internal sealed record Rejection(IReadOnlyList<string> Reasons, bool IsUnresolvable)
{
    public static Rejection Unresolvable(string reason) => new([reason], true);

    public static Rejection Resolvable(string reason) => new([reason], false);
}
