using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;

namespace Coppice.Controllers.Autoscaling;

/// <summary>Decides from what is measured how many pods a target should have. Pure.</summary>
internal static class AutoscalerPlanner
{
    private const string AbleToScale = HorizontalPodAutoscalerConditionType.AbleToScale;
    private const string ScalingActive = HorizontalPodAutoscalerConditionType.ScalingActive;

    private const string Warning = "Warning";

    /// <param name="history">Of earlier looks at this autoscaler.</param>
    public static AutoscalerPlan Plan(
        HorizontalPodAutoscaler autoscaler, ScaledTarget target, ScalingHistory history, AutoscalerOptions options, DateTimeOffset now)
    {
        var (spec, current) = (autoscaler.Spec, target.Replicas);
        var status = autoscaler.Status
            .With(AbleToScale, true, "SucceededGetScale", "the HPA controller was able to get the target's current scale", now) with
        {
            CurrentReplicas = current,
            CurrentMetrics = [],
        };
        var least = spec.MinReplicas ?? 1;
        if (current == 0 && least != 0)
        {
            status = status.With(ScalingActive, false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero", now);
            return new(status with { DesiredReplicas = current }, null, current, history, []);
        }

        return current > spec.MaxReplicas ? Bounded(new(spec.MaxReplicas, "Current number of replicas above Spec.MaxReplicas"))
            : current < least ? Bounded(new(least, "Current number of replicas below Spec.MinReplicas"))
            : ByMetrics(autoscaler, status, target, history, options, now);

        AutoscalerPlan Bounded(Rescale to) => new(status, to, current, history, []);
    }

    /// <summary>The target has no scale that could be read.</summary>
    public static AutoscalerPlan Unreachable(HorizontalPodAutoscaler autoscaler, ScalingHistory history, string problem, DateTimeOffset now) => new(
        autoscaler.Status.With(AbleToScale, false, "FailedGetScale", $"the HPA controller was unable to get the target's current scale: {problem}", now),
        null,
        autoscaler.Status.CurrentReplicas,
        history,
        [new(Warning, "FailedGetScale", problem)]);

    /// <summary>What is to be told after the target was rescaled.</summary>
    public static AutoscalerPlan Rescaled(AutoscalerPlan plan, Rescale done, HorizontalPodAutoscalerBehavior? behavior, DateTimeOffset now)
    {
        var message = $"the HPA controller was able to update the target scale to {done.Replicas}";
        return plan with
        {
            Status = plan.Status.With(AbleToScale, true, "SucceededRescale", message, now) with
            {
                DesiredReplicas = done.Replicas,
                LastScaleTime = ApiTime.Truncate(now),
            },
            History = plan.History.Scale(behavior, plan.Current, done.Replicas, now),
            News = [.. plan.News, new("Normal", "SuccessfulRescale", $"New size: {done.Replicas}; reason: {done.Why}")],
        };
    }

    /// <summary>What is to be told after it could not be.</summary>
    public static AutoscalerPlan Refused(AutoscalerPlan plan, Rescale wanted, string problem, DateTimeOffset now) => plan with
    {
        Status = plan.Status.With(AbleToScale, false, "FailedUpdateScale", $"the HPA controller was unable to update the target scale: {problem}", now),
        News = [.. plan.News, new(Warning, "FailedRescale", $"New size: {wanted.Replicas}; reason: {wanted.Why}; error: {problem}")],
    };

    private static AutoscalerPlan ByMetrics(
        HorizontalPodAutoscaler autoscaler, HorizontalPodAutoscalerStatus status, ScaledTarget target, ScalingHistory history, AutoscalerOptions options, DateTimeOffset now)
    {
        var (spec, current) = (autoscaler.Spec, target.Replicas);
        if (SelectorProblem(target) is { } selector)
        {
            return new(
                status.With(ScalingActive, false, selector.Reason, selector.Message, now),
                null,
                current,
                history,
                [new(Warning, selector.Event, selector.Summary), new(Warning, "FailedComputeMetricsReplicas", selector.Summary)]);
        }

        // 1. What each figure asks for; the largest counts. What cannot be told keeps from shrinking.
        var calculator = new ReplicaCalculator(target.Pods, current, TolerancesOf(spec.Behavior, options), options, now);
        var proposals = spec.Metrics.Select((metric, i) => MetricProposals.Of(
            metric, autoscaler.Metadata.Namespace ?? "", new(target.Figures, target.Others.ElementAtOrDefault(i) ?? OtherFigures.Unserved(metric), target.Existing), calculator)).ToList();
        var failures = proposals.Where(one => one.Failure is not null).Select(one => one.Failure!).ToList();
        var news = failures.Select(one => new AutoscalerNews(Warning, one.Reason, one.Message)).ToList();
        status = status with { CurrentMetrics = [.. proposals.Select(one => one.Measured)] };
        var best = proposals.Where(one => one.Failure is null).MaxBy(one => one.Replicas);
        if (failures.Count > 0 && (best is null || best.Replicas < current))
        {
            var summary = $"invalid metrics ({failures.Count} invalid out of {proposals.Count}), first error is: {failures[0].Summary}";
            var message = $"the HPA was unable to compute the replica count: {failures[0].Message}";
            return new(
                status.With(ScalingActive, false, failures[0].Reason, message, now),
                null,
                current,
                history,
                [.. news, new(Warning, "FailedComputeMetricsReplicas", summary)]);
        }

        var (wanted, name) = best is null ? (0, "") : (best.Replicas, best.Name);
        status = status.With(ScalingActive, true, "ValidMetricFound", $"the HPA was able to successfully calculate a replica count from {name}", now);

        // 2. How much of that is done, and why not all.
        var rules = new ScalingRules(spec, history, options, now);
        var stable = rules.Stabilize(current, wanted);
        var limited = rules.Limit(current, stable.Replicas);
        status = status
            .With(AbleToScale, true, stable.Reason, stable.Message, now)
            .With(HorizontalPodAutoscalerConditionType.ScalingLimited, limited.Replicas != stable.Replicas, limited.Reason, limited.Message, now);
        var why = wanted > current ? $"{name} above target" : wanted < current ? "All metrics below target" : "";
        return new(
            limited.Replicas == current ? status with { DesiredReplicas = current } : status,
            limited.Replicas == current ? null : new(limited.Replicas, why),
            current,
            history.Recommend(wanted, rules.Window, now),
            news);
    }

    private static (string Event, string Reason, string Message, string Summary)? SelectorProblem(ScaledTarget target)
    {
        if (string.IsNullOrEmpty(target.Selector))
        {
            return ("SelectorRequired", "InvalidSelector", "the HPA target's scale is missing a selector", "selector is required");
        }

        if (target.Query is null)
        {
            var invalid = $"couldn't convert selector into a corresponding internal selector object: {target.Selector}";
            return ("InvalidSelector", "InvalidSelector", invalid, invalid);
        }

        if (target.Selecting.Count > 1)
        {
            var names = string.Join(' ', target.Selecting.Select(key => $"{key.Namespace}/{key.Name}"));
            var ambiguous = $"pods by selector {target.Selector} are controlled by multiple HPAs: [{names}]";
            return ("AmbiguousSelector", "AmbiguousSelector", ambiguous, ambiguous);
        }

        return null;
    }

    private static Tolerances TolerancesOf(HorizontalPodAutoscalerBehavior? behavior, AutoscalerOptions options) => new(
        behavior?.ScaleDown?.Tolerance?.ToDouble() ?? options.Tolerance, behavior?.ScaleUp?.Tolerance?.ToDouble() ?? options.Tolerance);
}
