using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>What is said of a node's state.</summary>
public static class NodeConditions
{
    public static NodeCondition? Find(NodeStatus status, string type)
    {
        foreach (var condition in status.Conditions)
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }

    public static bool IsReady(Core.Node node) => Find(node.Status, NodeConditionType.Ready)?.Status == ConditionStatus.True;
}
