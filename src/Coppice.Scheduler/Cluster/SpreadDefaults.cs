using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>How pods are spread that don't say it themselves, if services or an owner say which belong together.</summary>
/// <param name="Constraints">Without selectors.</param>
/// <param name="NeedsLabels">Nodes that lack one of the labels are out of the question.</param>
internal sealed record SpreadDefaults(IReadOnlyList<TopologySpreadConstraint> Constraints, bool NeedsLabels)
{
    /// <summary>Kubernetes' own: rather not many on one node or in one zone.</summary>
    public static readonly SpreadDefaults System = new(
        [
            new() { TopologyKey = PlaceLabels.Hostname, WhenUnsatisfiable = UnsatisfiableConstraintAction.ScheduleAnyway, MaxSkew = 3 },
            new() { TopologyKey = PlaceLabels.Zone, WhenUnsatisfiable = UnsatisfiableConstraintAction.ScheduleAnyway, MaxSkew = 5 },
        ],
        NeedsLabels: false);
}
