using System.Globalization;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Strategies;

/// <summary>DaemonSets: by default one pod is replaced at a time.</summary>
internal sealed class DaemonSetRules : KindStrategy<DaemonSet>
{
    private const int HistoryLimit = 10;

    /// <summary>Where apps/v1 keeps a field that only its forerunners had; kubectl and older controllers still read it.</summary>
    private const string TemplateGenerationNote = "deprecated.daemonset.template.generation";

    public override DaemonSet Default(DaemonSet item) => item with
    {
        Spec = item.Spec with
        {
            Template = PodDefaults.Default(item.Spec.Template),
            UpdateStrategy = Default(item.Spec.UpdateStrategy),
            RevisionHistoryLimit = item.Spec.RevisionHistoryLimit ?? HistoryLimit,
        },
    };

    public override DaemonSet PrepareForCreate(DaemonSet item) => item with
    {
        Metadata = WithTemplateGeneration(FirstGeneration(item), 1),
        Status = new(),
    };

    public override DaemonSet PrepareForUpdate(DaemonSet item, DaemonSet old)
    {
        var metadata = NextGeneration(item, old, item.Spec != old.Spec);
        var generation = TemplateGeneration(old) + (item.Spec.Template == old.Spec.Template ? 0 : 1);
        return item with { Metadata = WithTemplateGeneration(metadata, generation), Status = old.Status };
    }

    public override DaemonSet PrepareForStatusUpdate(DaemonSet item, DaemonSet old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old),
    };

    private static DaemonSetUpdateStrategy Default(DaemonSetUpdateStrategy strategy)
    {
        var type = strategy.Type ?? DaemonSetUpdateStrategyType.RollingUpdate;
        return type != DaemonSetUpdateStrategyType.RollingUpdate
            ? strategy with { Type = type }
            : strategy with
            {
                Type = type,
                RollingUpdate = new()
                {
                    MaxUnavailable = strategy.RollingUpdate?.MaxUnavailable ?? 1,
                    MaxSurge = strategy.RollingUpdate?.MaxSurge ?? 0,
                },
            };
    }

    private static long TemplateGeneration(DaemonSet item) =>
        long.TryParse(item.Metadata.Annotations.Find(TemplateGenerationNote), CultureInfo.InvariantCulture, out var generation) ? generation : 0;

    private static ObjectMeta WithTemplateGeneration(ObjectMeta metadata, long generation) => metadata with
    {
        Annotations = metadata.Annotations.With(TemplateGenerationNote, generation.ToString(CultureInfo.InvariantCulture)),
    };
}
