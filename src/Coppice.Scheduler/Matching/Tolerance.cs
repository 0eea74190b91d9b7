using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>Whether a pod puts up with a node's taints.</summary>
internal static class Tolerance
{
    /// <summary>Whether none of the taints keeps the pod away.</summary>
    public static bool Bears(ValueList<Toleration> tolerations, ValueList<Taint> taints)
    {
        foreach (var taint in taints)
        {
            if (taint.Effect is TaintEffect.NoSchedule or TaintEffect.NoExecute && !Bears(tolerations, taint))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Bears(ValueList<Toleration> tolerations, Taint taint)
    {
        foreach (var toleration in tolerations)
        {
            if (Covers(toleration, taint))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Covers(Toleration toleration, Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) || toleration.Key == taint.Key)
        && toleration.Operator switch
        {
            TolerationOperator.Exists => true,
            null or "" or TolerationOperator.Equal => !string.IsNullOrEmpty(toleration.Key) && (toleration.Value ?? "") == (taint.Value ?? ""),
            _ => false,
        };
}
