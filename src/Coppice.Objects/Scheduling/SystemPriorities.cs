using Coppice.Objects.Core;

namespace Coppice.Objects.Scheduling;

/// <summary>The classes that every cluster has, for what the cluster or a node cannot do without.</summary>
public static class SystemPriorities
{
    /// <summary>Names that begin so are for these classes alone.</summary>
    public const string Prefix = "system-";

    /// <summary>The most that a class of anybody else's may have.</summary>
    public const int HighestOfUsers = 1_000_000_000;

    public static readonly PriorityClass ClusterCritical = Make(
        "system-cluster-critical", 2 * HighestOfUsers, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.");

    public static readonly PriorityClass NodeCritical = Make(
        "system-node-critical", 2 * HighestOfUsers + 1000, "Used for system critical pods that must not be moved from their current node.");

    public static readonly IReadOnlyList<PriorityClass> All = [NodeCritical, ClusterCritical];

    public static PriorityClass? Find(string? name) => All.FirstOrDefault(one => one.Metadata.Name == name);

    private static PriorityClass Make(string name, int value, string description) => new()
    {
        Metadata = new() { Name = name },
        Value = value,
        Description = description,
        PreemptionPolicy = PreemptionPolicy.PreemptLowerPriority,
    };
}
