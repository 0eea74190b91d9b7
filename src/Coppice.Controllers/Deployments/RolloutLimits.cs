using Coppice.Objects.Apps;

namespace Coppice.Controllers.Deployments;

/// <summary>
/// The fence posts of a rollout: never more pods than <see cref="Desired"/> + <see cref="MaxSurge"/>, never fewer available than
/// <see cref="MinAvailable"/>. Surge is rounded up and unavailability down; were both zero, nothing could move, so one may be missing.
/// </summary>
internal readonly struct RolloutLimits
{
    public RolloutLimits(Deployment deployment)
    {
        var strategy = deployment.Spec.Strategy;
        Desired = deployment.Spec.Replicas ?? 1;
        IsRolling = strategy.Type != DeploymentStrategyType.Recreate;
        if (!IsRolling)
        {
            return;
        }

        MaxSurge = (strategy.RollingUpdate?.MaxSurge ?? "25%").Scale(Desired, roundUp: true) ?? 0;
        var unavailable = (strategy.RollingUpdate?.MaxUnavailable ?? "25%").Scale(Desired, roundUp: false) ?? 0;
        if (MaxSurge == 0 && unavailable == 0)
        {
            unavailable = 1;
        }

        MaxUnavailable = Math.Min(unavailable, Desired);
    }

    public int Desired { get; }

    public bool IsRolling { get; }

    public int MaxSurge { get; }

    public int MaxUnavailable { get; }

    public int MinAvailable => Desired - MaxUnavailable;
}
