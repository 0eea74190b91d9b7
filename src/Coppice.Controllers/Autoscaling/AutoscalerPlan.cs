using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Autoscaling;

/// <summary>Something to tell of an autoscaler.</summary>
internal sealed record AutoscalerNews(string Type, string Reason, string Message);

/// <summary>A new number of pods, and why.</summary>
internal sealed record Rescale(int Replicas, string Why);

/// <summary>What an autoscaler sees of its target.</summary>
/// <param name="Replicas">How many pods there are to be.</param>
/// <param name="Selector">As the target's scale has it.</param>
/// <param name="Query">The same, read; null where it is none.</param>
/// <param name="Pods">Those that it matches.</param>
/// <param name="Figures">What they use; asked for only where that is gone by.</param>
/// <param name="Selecting">The autoscalers that have any of these pods, this one among them.</param>
internal sealed record ScaledTarget(int Replicas, string? Selector, LabelQuery? Query, IReadOnlyList<Pod> Pods, PodFigures Figures, IReadOnlyList<ObjectKey> Selecting)
{
    /// <summary>How many pods there are, as whoever keeps them says.</summary>
    public int Existing { get; init; }

    /// <summary>Beside each figure of the autoscaler what others say of it; null where nobody is asked. Empty for nobody there.</summary>
    public IReadOnlyList<OtherFigures?> Others { get; init; } = [];
}

/// <param name="Status">What is to be told if nothing is rescaled.</param>
/// <param name="Rescale">Null where the number of pods stays.</param>
/// <param name="Current">How many pods there are to be until then.</param>
internal sealed record AutoscalerPlan(
    HorizontalPodAutoscalerStatus Status, Rescale? Rescale, int Current, ScalingHistory History, IReadOnlyList<AutoscalerNews> News);
