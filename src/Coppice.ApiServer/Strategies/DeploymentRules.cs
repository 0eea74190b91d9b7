using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Strategies;

/// <summary>Deployments: by default a quarter of the pods is replaced at a time.</summary>
internal sealed class DeploymentRules : KindStrategy<Deployment>
{
    private const int HistoryLimit = 10;

    private const int ProgressSeconds = 600;

    private const string Quarter = "25%";

    public override Deployment Default(Deployment item) => item with
    {
        Spec = item.Spec with
        {
            Replicas = item.Spec.Replicas ?? 1,
            Template = PodDefaults.Default(item.Spec.Template),
            Strategy = Default(item.Spec.Strategy),
            RevisionHistoryLimit = item.Spec.RevisionHistoryLimit ?? HistoryLimit,
            ProgressDeadlineSeconds = item.Spec.ProgressDeadlineSeconds ?? ProgressSeconds,
        },
    };

    public override Deployment PrepareForCreate(Deployment item) => item with { Metadata = FirstGeneration(item), Status = new() };

    /// <summary>A change of the annotations counts, too: a rollback and a paused rollout are written there.</summary>
    public override Deployment PrepareForUpdate(Deployment item, Deployment old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec || item.Metadata.Annotations != old.Metadata.Annotations),
        Status = old.Status,
    };

    public override Deployment PrepareForStatusUpdate(Deployment item, Deployment old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old) with { Labels = old.Metadata.Labels },
    };

    private static DeploymentStrategy Default(DeploymentStrategy strategy)
    {
        var type = strategy.Type ?? DeploymentStrategyType.RollingUpdate;
        return type != DeploymentStrategyType.RollingUpdate
            ? strategy with { Type = type }
            : strategy with
            {
                Type = type,
                RollingUpdate = new()
                {
                    MaxUnavailable = strategy.RollingUpdate?.MaxUnavailable ?? Quarter,
                    MaxSurge = strategy.RollingUpdate?.MaxSurge ?? Quarter,
                },
            };
    }
}
