using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Status;

/// <summary>What a node tells of itself in events when it changes, in the kubelet's words. Pure.</summary>
internal static class NodeChanges
{
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

    private static string? Reason(string condition, bool holds) => condition switch
    {
        NodeConditionType.Ready => holds ? "NodeReady" : "NodeNotReady",
        NodeConditionType.MemoryPressure => holds ? "NodeHasInsufficientMemory" : "NodeHasSufficientMemory",
        NodeConditionType.DiskPressure => holds ? "NodeHasDiskPressure" : "NodeHasNoDiskPressure",
        NodeConditionType.PIDPressure => holds ? "NodeHasInsufficientPID" : "NodeHasSufficientPID",
        _ => null,
    };
}
