using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;

namespace Coppice.Controllers.Autoscaling;

/// <summary>How many pods the figures asked for, or how many came or went, at a moment.</summary>
internal readonly record struct ScalingMoment(int Replicas, DateTimeOffset At);

/// <summary>
/// What was recommended and done of late for one autoscaler. As in Kubernetes it is known to the process alone: one that starts anew
/// begins with the number of pods that it finds.
/// </summary>
/// <param name="Recommendations">Before any rule was applied to them.</param>
/// <param name="Ups">By how many pods it grew; kept only where the autoscaler has rules for it.</param>
/// <param name="Downs">By how many pods it shrank; likewise.</param>
internal sealed record ScalingHistory(ValueList<ScalingMoment> Recommendations, ValueList<ScalingMoment> Ups, ValueList<ScalingMoment> Downs)
{
    public static ScalingHistory BeginningWith(int replicas, DateTimeOffset now) => new([new(replicas, now)], [], []);

    /// <param name="window">What is older says nothing any more.</param>
    public ScalingHistory Recommend(int replicas, TimeSpan window, DateTimeOffset now) =>
        this with { Recommendations = [.. Recommendations.Where(one => one.At >= now - window), new(replicas, now)] };

    public ScalingHistory Scale(HorizontalPodAutoscalerBehavior? behavior, int from, int to, DateTimeOffset now) => behavior switch
    {
        null => this,
        _ when to > from => this with { Ups = Added(Ups, behavior.ScaleUp, to - from, now) },
        _ => this with { Downs = Added(Downs, behavior.ScaleDown, from - to, now) },
    };

    private static ValueList<ScalingMoment> Added(ValueList<ScalingMoment> moments, HPAScalingRules? rules, int change, DateTimeOffset now)
    {
        var longest = Spans.Seconds(rules?.Policies.Select(policy => policy.PeriodSeconds).DefaultIfEmpty().Max() ?? 0);
        return [.. moments.Where(one => one.At >= now - longest), new(change, now)];
    }
}
