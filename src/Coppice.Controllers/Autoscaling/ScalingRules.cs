using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;

namespace Coppice.Controllers.Autoscaling;

/// <summary>A number of pods, and why it is that.</summary>
internal readonly record struct RuledReplicas(int Replicas, string Reason, string Message);

/// <summary>How far the number of pods may follow what the figures ask for: stabilization, rates, bounds. Pure.</summary>
/// <param name="Spec">With what its defaults are.</param>
/// <param name="History">With what was recommended until now.</param>
internal sealed record ScalingRules(HorizontalPodAutoscalerSpec Spec, ScalingHistory History, AutoscalerOptions Options, DateTimeOffset Now)
{
    private const string TooFew = "the desired replica count is less than the minimum replica count";
    private const string TooMany = "the desired replica count is more than the maximum replica count";
    private const string TooFast = "the desired replica count is increasing faster than the maximum scale rate";

    private static readonly RuledReplicas Ready = new(0, "ReadyForNewScale", "recommended size matches current size");

    private int Least => Spec.MinReplicas ?? 1;

    private TimeSpan UpWindow => Spans.Seconds(Spec.Behavior?.ScaleUp?.StabilizationWindowSeconds ?? 0);

    private TimeSpan DownWindow =>
        Spec.Behavior?.ScaleDown?.StabilizationWindowSeconds is { } seconds ? Spans.Seconds(seconds) : Options.ScaleDownWindow;

    /// <summary>For how long recommendations matter.</summary>
    public TimeSpan Window => UpWindow > DownWindow ? UpWindow : DownWindow;

    /// <summary>What recommendations of late leave of this one, so that the number does not flap.</summary>
    public RuledReplicas Stabilize(int current, int wanted)
    {
        var stable = Spec.Behavior is null
            ? History.Recommendations.Where(one => one.At >= Now - DownWindow).Select(one => one.Replicas).Append(wanted).Max()
            : Math.Clamp(current, Since(UpWindow).Append(wanted).Min(), Since(DownWindow).Append(wanted).Max());
        if (stable == wanted)
        {
            return Ready with { Replicas = stable };
        }

        return Spec.Behavior is not null && wanted >= current
            ? new(stable, "ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation")
            : new(stable, "ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation");
    }

    /// <summary>What rates and bounds leave of it.</summary>
    public RuledReplicas Limit(int current, int wanted)
    {
        var ruled = Spec.Behavior is { } behavior ? ByRules(behavior, current, wanted) : ByDefault(current, wanted);
        return ruled ?? new(wanted, "DesiredWithinRange", "the desired count is within the acceptable range");
    }

    // An autoscaler without rules may double at once, or make four.
    private RuledReplicas? ByDefault(int current, int wanted)
    {
        var rate = Math.Max(2L * current, 4);
        return wanted < Least ? new(Least, "TooFewReplicas", TooFew)
            : wanted <= Math.Min(rate, Spec.MaxReplicas) ? null
            : Spec.MaxReplicas > rate ? new((int)rate, "ScaleUpLimit", TooFast)
            : new(Spec.MaxReplicas, "TooManyReplicas", TooMany);
    }

    private RuledReplicas? ByRules(HorizontalPodAutoscalerBehavior behavior, int current, int wanted)
    {
        if (wanted > current)
        {
            var rate = Math.Max(Rate(behavior.ScaleUp!, current, isUp: true), current);
            return wanted <= Math.Min(rate, Spec.MaxReplicas) ? null
                : Spec.MaxReplicas > rate ? new((int)rate, "ScaleUpLimit", TooFast)
                : new(Spec.MaxReplicas, "TooManyReplicas", TooMany);
        }

        if (wanted < current)
        {
            var rate = Math.Min(Rate(behavior.ScaleDown!, current, isUp: false), current);
            return wanted >= Math.Max(rate, Least) ? null
                : Least < rate ? new((int)rate, "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
                : new(Least, "TooFewReplicas", TooFew);
        }

        return null;
    }

    /// <summary>The number that the policies of one direction allow to go to.</summary>
    private long Rate(HPAScalingRules rules, int current, bool isUp)
    {
        if (rules.SelectPolicy == ScalingPolicySelect.Disabled)
        {
            return current;
        }

        var reached = rules.Policies.Select(policy => Reach(policy, current, isUp));
        return rules.SelectPolicy == ScalingPolicySelect.Min == isUp ? reached.Min() : reached.Max();
    }

    private long Reach(HPAScalingPolicy policy, int current, bool isUp)
    {
        var since = Now - Spans.Seconds(policy.PeriodSeconds);
        var begin = (long)current - Changed(History.Ups, since) + Changed(History.Downs, since);
        return (policy.Type, isUp) switch
        {
            (HPAScalingPolicyType.Pods, true) => begin + policy.Value,
            (HPAScalingPolicyType.Pods, false) => begin - policy.Value,
            // Rounded up, or a few pods would never become more.
            (_, true) => (long)Math.Ceiling(begin * (1 + policy.Value / 100.0)),
            (_, false) => (long)(begin * (1 - policy.Value / 100.0)),
        };
    }

    private static long Changed(ValueList<ScalingMoment> moments, DateTimeOffset since) => moments.Where(one => one.At > since).Sum(one => (long)one.Replicas);

    private IEnumerable<int> Since(TimeSpan window) => History.Recommendations.Where(one => one.At > Now - window).Select(one => one.Replicas);
}
