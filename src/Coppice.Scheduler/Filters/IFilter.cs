namespace Coppice.Scheduler;

/// <summary>Keeps pods off nodes where they cannot run.</summary>
internal interface IFilter
{
    /// <summary>What may make a pod fit that this filter kept off.</summary>
    ClusterEvents WokenBy { get; }

    /// <summary>What it says of a node hangs on pods of other nodes, too.</summary>
    bool LooksBeyondNode => false;

    /// <summary>
    /// The test of nodes for a pod, or null if every node would pass it. What is the same for all nodes is worked out here, once; what
    /// hangs on pods is counted when a node is tested, so that the same test sees what would be without some, or with others.
    /// </summary>
    NodeTest? For(PodInfo pod, ClusterSnapshot cluster);
}

/// <returns>Why the pod cannot run on the node; null if this is no reason.</returns>
internal delegate Rejection? NodeTest(NodeInfo node);

/// <param name="Reasons">Kubernetes' words.</param>
/// <param name="IsUnresolvable">Not even removing other pods from the node would help.</param>
internal sealed record Rejection(IReadOnlyList<string> Reasons, bool IsUnresolvable)
{
    /// <summary>It is the pod's matter, and no node has to do with it: Kubernetes says it once, and counts no nodes.</summary>
    public bool IsOfPod { get; private init; }

    public static Rejection OfPod(string reason) => new([reason], true) { IsOfPod = true };

    public static Rejection Unresolvable(string reason) => new([reason], true);

    public static Rejection Resolvable(string reason) => new([reason], false);
}
