using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>Whether a pod puts up with a node's taints. For scheduler and controllers alike.</summary>
public static class Tolerations
{
    /// <summary>Whether none of the taints keeps the pod away.</summary>
    public static bool Tolerates(this ValueList<Toleration> tolerations, ValueList<Taint> taints)
    {
        foreach (var taint in taints)
        {
            if (taint.Effect is TaintEffect.NoSchedule or TaintEffect.NoExecute && !tolerations.Tolerates(taint))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Tolerates(this ValueList<Toleration> tolerations, Taint taint)
    {
        foreach (var toleration in tolerations)
        {
            if (toleration.Tolerates(taint))
            {
                return true;
            }
        }

        return false;
    }

    public static bool Tolerates(this Toleration toleration, Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) || toleration.Key == taint.Key)
        && toleration.Operator switch
        {
            TolerationOperator.Exists => true,
            null or "" or TolerationOperator.Equal => (toleration.Value ?? "") == (taint.Value ?? ""),
            _ => false,
        };
}
