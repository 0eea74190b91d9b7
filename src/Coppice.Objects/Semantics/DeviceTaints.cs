using Coppice.Objects.Resource;

namespace Coppice.Objects;

/// <summary>Which taints of devices matter to whom. For scheduler and controllers alike.</summary>
public static class DeviceTaints
{
    public static bool Tolerates(this DeviceToleration toleration, DeviceTaint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) || toleration.Key == taint.Key)
        && (toleration.Operator == DeviceTolerationOperator.Exists || (toleration.Value ?? "") == (taint.Value ?? ""));
}
