using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Status;

/// <summary>What a node tells of itself in events when it starts and when it changes, in the kubelet's words. Pure.</summary>
internal static class NodeChanges
{
    public static readonly NodeEvent Starting = new("Starting", "Starting kubelet.");

    public static readonly NodeEvent AllocatableEnforced = new("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");

    /// <summary>
    /// What events tell of the node of a name: its uid is its name, as old kubectls look for, and as the agent knows it before there is a
    /// node. Without one, as of the kubelet of 1.36, no kubectl would describe a node with them.
    /// </summary>
    public static Objects.Core.Node About(string node) => new() { Metadata = new() { Name = node, Uid = node } };

    /// <param name="before">Nothing of a node that is new.</param>
    /// <returns>Reasons, of which the message is <see cref="Message"/>.</returns>
    public static IEnumerable<string> Reasons(ValueList<NodeCondition> before, ValueList<NodeCondition> after) =>
        from condition in after
        where before.FirstOrDefault(one => one.Type == condition.Type)?.Status != condition.Status
        let reason = Reason(condition.Type, condition.Status == ConditionStatus.True)
        where reason is not null
        select reason;

    public static string Scheduling(bool isUnschedulable) => isUnschedulable ? "NodeNotSchedulable" : "NodeSchedulable";

    public static string Message(string node, string reason) => $"Node {node} status is now: {reason}";

    /// <param name="before">The identifier of the start of the machine that the API knew of; empty for none.</param>
    /// <returns>Null if it is the same.</returns>
    public static NodeEvent? Reboot(string node, string? before, string? now) =>
        string.IsNullOrEmpty(before) || before == now ? null : new("Rebooted", $"Node {node} has been rebooted, boot id: {now}");

    private static string? Reason(string condition, bool holds) => condition switch
    {
        NodeConditionType.Ready => holds ? "NodeReady" : "NodeNotReady",
        NodeConditionType.MemoryPressure => holds ? "NodeHasInsufficientMemory" : "NodeHasSufficientMemory",
        NodeConditionType.DiskPressure => holds ? "NodeHasDiskPressure" : "NodeHasNoDiskPressure",
        NodeConditionType.PIDPressure => holds ? "NodeHasInsufficientPID" : "NodeHasSufficientPID",
        _ => null,
    };
}

internal sealed record NodeEvent(string Reason, string Message);
