using Coppice.Controllers.Autoscaling;
using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Core;
using Coppice.Objects.Metrics;

namespace Coppice.Controllers.Tests.Autoscaling;

/// <summary>How many pods an autoscaler asks for, and what it says of that.</summary>
public sealed class AutoscalerPlannerTests
{
    private const string ByCpu = "cpu resource utilization (percentage of request)";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A pod a word: what it uses in thousandths of a processor of the 100 that it requests; u for one that is not ready, p for one
    /// that is pending, m for one without figures, t for one that goes.</summary>
    [Theory]
    [InlineData("50 50", 50, 2)]
    [InlineData("54 54", 50, 2)]
    [InlineData("56 56", 50, 3)]
    [InlineData("46 46", 50, 2)]
    [InlineData("100 100", 50, 4)]
    [InlineData("20 20 20 20", 50, 2)]
    [InlineData("0 0", 50, 1)]
    // The unready are taken to use nothing where that makes fewer of them, and are left out else.
    [InlineData("100 100 u90", 50, 4)]
    [InlineData("60 u90 u90", 50, 3)]
    [InlineData("20 20 u90", 50, 1)]
    [InlineData("100 p", 50, 2)]
    // The missing are taken to use all or nothing, against the change, and do not turn it round.
    [InlineData("100 100 m", 50, 4)]
    [InlineData("60 60 m", 50, 3)]
    [InlineData("10 10 m", 50, 3)]
    [InlineData("10 10 10 10 m", 50, 3)]
    [InlineData("30 30 m", 120, 2)]
    [InlineData("100 t100", 50, 2)]
    public void A_target_is_met_by_as_many_pods_as_the_use_asks_for(string pods, int target, int expected)
    {
        var plan = Plan(pods, Spec(target), current: pods.Split(' ').Length);

        Assert.Equal(expected, plan.Rescale?.Replicas ?? plan.Current);
    }

    [Theory]
    [InlineData("60 60", "50m", 3)]
    [InlineData("52 52", "50m", 2)]
    [InlineData("70 70", "500m", 2)]
    public void A_tolerance_of_its_own_counts(string pods, string tolerance, int expected)
    {
        var spec = Spec(50) with { Behavior = Rules(up: new() { Tolerance = Quantity.Parse(tolerance) }) };

        var plan = Plan(pods, spec, 2);

        Assert.Equal(expected, plan.Rescale?.Replicas ?? plan.Current);
    }

    [Theory]
    [InlineData("30 30", 20, 3)]
    [InlineData("30 50", 40, 2)]
    [InlineData("90 m", 30, 3)]
    public void An_average_needs_no_requests(string pods, int average, int expected)
    {
        var spec = Spec(0) with { Metrics = [Resource("cpu", new() { Type = "AverageValue", AverageValue = Quantity.FromMillis(average) })] };

        var plan = Plan(pods, spec, 2, request: null);

        Assert.Equal(expected, plan.Rescale?.Replicas ?? plan.Current);
        Assert.Equal("ValidMetricFound the HPA was able to successfully calculate a replica count from cpu resource", Condition(plan, "ScalingActive"));
    }

    [Fact]
    public void What_is_decided_is_told()
    {
        var plan = Plan("100 100", Spec(50), 2);

        Assert.Equal(new Rescale(4, $"{ByCpu} above target"), plan.Rescale);
        Assert.Equal($"ValidMetricFound the HPA was able to successfully calculate a replica count from {ByCpu}", Condition(plan, "ScalingActive"));
        Assert.Equal("ReadyForNewScale recommended size matches current size", Condition(plan, "AbleToScale"));
        Assert.Equal("DesiredWithinRange the desired count is within the acceptable range", Condition(plan, "ScalingLimited"));
        var measured = plan.Status.CurrentMetrics.Single().Resource!.Current;
        Assert.Equal((100, Quantity.Parse("100m")), (measured.AverageUtilization, measured.AverageValue));

        var done = AutoscalerPlanner.Rescaled(plan, plan.Rescale!, null, Now);
        Assert.Equal((2, 4, Now), (done.Status.CurrentReplicas, done.Status.DesiredReplicas, done.Status.LastScaleTime));
        Assert.Equal("SucceededRescale the HPA controller was able to update the target scale to 4", Condition(done, "AbleToScale"));
        Assert.Equal(new AutoscalerNews("Normal", "SuccessfulRescale", $"New size: 4; reason: {ByCpu} above target"), done.News.Single());

        var refused = AutoscalerPlanner.Refused(plan, plan.Rescale!, "no", Now);
        Assert.Equal((2, 0), (refused.Status.CurrentReplicas, refused.Status.DesiredReplicas));
        Assert.Equal("FailedUpdateScale the HPA controller was unable to update the target scale: no", Condition(refused, "AbleToScale"));
        Assert.Equal(new AutoscalerNews("Warning", "FailedRescale", $"New size: 4; reason: {ByCpu} above target; error: no"), refused.News.Single());
    }

    [Theory]
    [InlineData(12, 10, "Current number of replicas above Spec.MaxReplicas")]
    [InlineData(1, 2, "Current number of replicas below Spec.MinReplicas")]
    public void Bounds_come_before_figures(int current, int expected, string why) =>
        Assert.Equal(new Rescale(expected, why), Plan("m", Spec(50) with { MinReplicas = 2 }, current).Rescale);

    [Fact]
    public void A_target_of_none_is_left_alone()
    {
        var plan = Plan("100", Spec(50), 0);

        Assert.Null(plan.Rescale);
        Assert.Equal("ScalingDisabled scaling is disabled since the replica count of the target is zero", Condition(plan, "ScalingActive"));
    }

    [Theory]
    [InlineData("200 200 200", 3, 6, "ScaleUpLimit the desired replica count is increasing faster than the maximum scale rate")]
    [InlineData("200 200 200 200 200 200", 6, 10, "TooManyReplicas the desired replica count is more than the maximum replica count")]
    [InlineData("0 0 0", 3, 2, "TooFewReplicas the desired replica count is less than the minimum replica count")]
    public void What_is_not_all_done_is_said(string pods, int current, int expected, string limited)
    {
        var plan = Plan(pods, Spec(20) with { MinReplicas = 2 }, current);

        Assert.Equal(expected, plan.Rescale!.Replicas);
        Assert.Equal(limited, Condition(plan, "ScalingLimited"));
    }

    [Fact]
    public void It_shrinks_to_the_most_that_was_asked_for_of_late()
    {
        var spec = Spec(50);
        var history = new ScalingHistory([new(6, Now.AddMinutes(-6)), new(3, Now.AddMinutes(-4))], [], []);

        var plan = Plan("10 10 10 10", spec, 4, history);

        Assert.Equal(3, plan.Rescale!.Replicas);
        Assert.Equal(
            "ScaleDownStabilized recent recommendations were higher than current one, applying the highest recent recommendation", Condition(plan, "AbleToScale"));
        Assert.Equal([3, 1], plan.History.Recommendations.Select(one => one.Replicas));
    }

    [Fact]
    public void It_grows_to_the_least_that_was_asked_for_of_late_where_it_is_told_to()
    {
        var spec = Spec(50) with { Behavior = Rules(up: new() { StabilizationWindowSeconds = 60 }) };
        var history = new ScalingHistory([new(3, Now.AddSeconds(-30))], [], []);

        var plan = Plan("100 100", spec, 2, history);

        Assert.Equal(3, plan.Rescale!.Replicas);
        Assert.Equal(
            "ScaleUpStabilized recent recommendations were lower than current one, applying the lowest recent recommendation", Condition(plan, "AbleToScale"));
    }

    // Three pods use twice what they should, or nothing; one came ten seconds ago.
    [Theory]
    [InlineData(true, "Max", 4, "ScaleUpLimit the desired replica count is increasing faster than the maximum scale rate")]
    [InlineData(true, "Min", 3, "ScaleUpLimit the desired replica count is increasing faster than the maximum scale rate")]
    [InlineData(true, "Disabled", 3, "ScaleUpLimit the desired replica count is increasing faster than the maximum scale rate")]
    [InlineData(false, "Max", 1, "TooFewReplicas the desired replica count is less than the minimum replica count")]
    [InlineData(false, "Min", 2, "ScaleDownLimit the desired replica count is decreasing faster than the maximum scale rate")]
    [InlineData(false, "Disabled", 3, "ScaleDownLimit the desired replica count is decreasing faster than the maximum scale rate")]
    public void Policies_allow_so_much_within_a_time(bool isUp, string select, int expected, string limited)
    {
        HPAScalingPolicy onePod = new() { Type = "Pods", Value = 1, PeriodSeconds = 60 };
        HPAScalingRules rules = new()
        {
            SelectPolicy = select,
            StabilizationWindowSeconds = 0,
            // Within the last minute one came, so that two were there at its beginning: three or four, or one or none.
            Policies = [isUp ? onePod : onePod with { PeriodSeconds = 5 }, new() { Type = "Percent", Value = 100, PeriodSeconds = 60 }],
        };
        var spec = Spec(50) with { Behavior = isUp ? Rules(up: rules) : Rules(down: rules) };

        var plan = Plan(isUp ? "100 100 100" : "0 0 0", spec, 3, new([], [new(1, Now.AddSeconds(-10))], []));

        Assert.Equal(expected, plan.Rescale?.Replicas ?? plan.Current);
        Assert.Equal(limited, Condition(plan, "ScalingLimited"));
    }

    [Fact]
    public void What_it_did_is_remembered_as_long_as_a_policy_asks()
    {
        var behavior = Rules(up: new() { Policies = [new() { Type = "Pods", Value = 1, PeriodSeconds = 60 }] });
        var history = new ScalingHistory([], [new(1, Now.AddSeconds(-90)), new(2, Now.AddSeconds(-30))], []).Scale(behavior, 3, 7, Now);

        Assert.Equal([new ScalingMoment(2, Now.AddSeconds(-30)), new(4, Now)], history.Ups);
        Assert.Equal([new ScalingMoment(2, Now)], history.Scale(behavior, 7, 5, Now).Downs);
    }

    [Theory]
    [InlineData("", "FailedGetResourceMetric", "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API")]
    [InlineData("m 50x", "FailedGetResourceMetric", "failed to get cpu utilization: no pods returned by selector while calculating replica count")]
    [InlineData("u90", "FailedGetResourceMetric", "failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)")]
    public void Without_figures_it_says_so_and_does_nothing(string pods, string reason, string problem)
    {
        var plan = Plan(pods, Spec(50), 1);

        Assert.Null(plan.Rescale);
        Assert.Equal($"{reason} the HPA was unable to compute the replica count: {problem}", Condition(plan, "ScalingActive"));
        Assert.Equal(
            [
                new("Warning", reason, problem),
                new("Warning", "FailedComputeMetricsReplicas", $"invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {problem}"),
            ],
            plan.News);
        Assert.Equal([new MetricStatus()], plan.Status.CurrentMetrics);
    }

    [Fact]
    public void A_container_that_requests_nothing_has_no_utilization() => Assert.Equal(
        "FailedGetResourceMetric the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container c of Pod pod-0",
        Condition(Plan("100", Spec(50), 1, request: null), "ScalingActive"));

    [Theory]
    [InlineData("c", 2, "cpu container resource utilization (percentage of request)")]
    [InlineData("other", 1, "failed to get cpu utilization: unable to get metrics for resource cpu: failed to get container metrics: container other not present in metrics for pod default/pod-0")]
    public void One_container_may_count(string container, int expected, string message)
    {
        var metric = new MetricSpec
        {
            Type = "ContainerResource",
            ContainerResource = new() { Name = "cpu", Container = container, Target = new() { Type = "Utilization", AverageUtilization = 50 } },
        };
        var plan = Plan("100", Spec(50) with { Metrics = [metric] }, 1);

        Assert.Equal(expected, plan.Rescale?.Replicas ?? plan.Current);
        Assert.EndsWith(message, Condition(plan, "ScalingActive"));
    }

    [Fact]
    public void Figures_of_others_are_refused_with_their_reasons()
    {
        const string NoApi = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";
        AssertRefused(
            new() { Type = "Pods", Pods = new() { Metric = new() { Name = "q" }, Target = new() { Type = "AverageValue", AverageValue = Quantity.Parse("1") } } },
            $"FailedGetPodsMetric the HPA was unable to compute the replica count: unable to get metric q: {NoApi}");
        AssertRefused(
            new() { Type = "Object", Object = new() { DescribedObject = new() { Kind = "Ingress", Name = "i" }, Metric = new() { Name = "r" } } },
            $"FailedGetObjectMetric the HPA was unable to compute the replica count: unable to get metric r: Ingress on default i/{NoApi}");
        AssertRefused(
            new() { Type = "External", External = new() { Metric = new() { Name = "e", Selector = new() { MatchLabels = ValueMap.Of(("a", "b")) } } } },
            "FailedGetExternalMetric the HPA was unable to compute the replica count: unable to get external metric default/e/"
            + "&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}: "
            + "unable to fetch metrics from external metrics API: the server could not find the requested resource (get e.external.metrics.k8s.io)");

        static void AssertRefused(MetricSpec metric, string expected) => Assert.Equal(expected, Condition(Plan("50", Spec(50) with { Metrics = [metric] }, 1), "ScalingActive"));
    }

    [Fact]
    public void With_a_figure_missing_it_may_grow_and_not_shrink()
    {
        MetricSpec missing = new() { Type = "Pods", Pods = new() { Metric = new() { Name = "q" } } };

        var grown = Plan("100 100", Spec(50) with { Metrics = [missing, .. Spec(50).Metrics] }, 2);
        Assert.Equal(4, grown.Rescale!.Replicas);
        Assert.Equal(["FailedGetPodsMetric"], grown.News.Select(one => one.Reason));

        var kept = Plan("10 10", Spec(50) with { Metrics = [missing, .. Spec(50).Metrics] }, 2);
        Assert.Null(kept.Rescale);
        Assert.StartsWith("FailedGetPodsMetric", Condition(kept, "ScalingActive"));
        Assert.Equal(["FailedGetPodsMetric", "FailedComputeMetricsReplicas"], kept.News.Select(one => one.Reason));
    }

    [Theory]
    [InlineData(null, "InvalidSelector the HPA target's scale is missing a selector", "SelectorRequired selector is required")]
    [InlineData("app in", "InvalidSelector couldn't convert", "InvalidSelector couldn't convert")]
    [InlineData("app=web", "AmbiguousSelector pods by selector app=web are controlled by multiple HPAs: [default/a default/b]", "AmbiguousSelector pods by")]
    public void Without_pods_of_its_own_it_does_nothing(string? selector, string condition, string told)
    {
        var target = new ScaledTarget(
            1, selector, selector == "app=web" ? LabelQuery.Everything : null, [], new([], null), selector == "app=web" ? [new("default", "a"), new("default", "b")] : []);

        var plan = AutoscalerPlanner.Plan(Item(Spec(50)), target, ScalingHistory.BeginningWith(1, Now), AutoscalerOptions.Default, Now);

        Assert.StartsWith(condition, Condition(plan, "ScalingActive"));
        Assert.StartsWith(told, $"{plan.News[0].Reason} {plan.News[0].Message}");
        Assert.Equal("FailedComputeMetricsReplicas", plan.News[1].Reason);
    }

    [Fact]
    public void A_pod_that_has_only_just_started_is_not_ready_until_a_whole_window_was_measured()
    {
        var started = PodOf("100", 0, 100) with
        {
            Status = new()
            {
                Phase = PodPhase.Running,
                StartTime = Now.AddMinutes(-1),
                Conditions = [new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = Now.AddSeconds(-20) }],
            },
        };

        Assert.StartsWith("FailedGetResourceMetric", Condition(PlanOf([started], [FiguresOf("100", 0)], Spec(50), 1, null), "ScalingActive"));
        var later = FiguresOf("100", 0) with { Timestamp = Now.AddSeconds(11) };
        Assert.Equal(2, PlanOf([started], [later], Spec(50), 1, null).Rescale!.Replicas);
    }

    private static AutoscalerPlan Plan(string pods, HorizontalPodAutoscalerSpec spec, int current, ScalingHistory? history = null, int? request = 100)
    {
        var words = pods.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isGone = words.Any(word => word.EndsWith('x'));
        return PlanOf(
            isGone ? [] : [.. words.Select((word, at) => PodOf(word, at, request))],
            [.. words.Select((word, at) => (word, at)).Where(one => one.word is not ("m" or "p")).Select(one => FiguresOf(one.word.TrimEnd('x'), one.at))],
            spec,
            current,
            history);
    }

    private static AutoscalerPlan PlanOf(
        IReadOnlyList<Pod> pods, IReadOnlyList<PodMetrics> figures, HorizontalPodAutoscalerSpec spec, int current, ScalingHistory? history) => AutoscalerPlanner.Plan(
        Item(spec),
        new(current, "app=web", LabelQuery.Everything, pods, new(figures, null), [new("default", "web")]),
        history ?? new([], [], []),
        AutoscalerOptions.Default,
        Now);

    private static HorizontalPodAutoscaler Item(HorizontalPodAutoscalerSpec spec) => new() { Metadata = new() { Name = "web", Namespace = "default" }, Spec = spec };

    private static HorizontalPodAutoscalerSpec Spec(int percent) => new()
    {
        MinReplicas = 1,
        MaxReplicas = 10,
        Metrics = [Resource("cpu", new() { Type = "Utilization", AverageUtilization = percent })],
    };

    private static MetricSpec Resource(string name, MetricTarget target) => new() { Type = "Resource", Resource = new() { Name = name, Target = target } };

    /// <summary>With Kubernetes' defaults for what is not said.</summary>
    private static HorizontalPodAutoscalerBehavior Rules(HPAScalingRules? up = null, HPAScalingRules? down = null)
    {
        HPAScalingPolicy all = new() { Type = "Percent", Value = 100, PeriodSeconds = 15 };
        return new()
        {
            ScaleUp = Complete(up, 0, [new() { Type = "Pods", Value = 4, PeriodSeconds = 15 }, all]),
            ScaleDown = Complete(down, 300, [all]),
        };

        static HPAScalingRules Complete(HPAScalingRules? rules, int window, ValueList<HPAScalingPolicy> policies) => (rules ?? new()) with
        {
            SelectPolicy = rules?.SelectPolicy ?? "Max",
            StabilizationWindowSeconds = rules?.StabilizationWindowSeconds ?? window,
            Policies = rules is null || rules.Policies.IsEmpty ? policies : rules.Policies,
        };
    }

    private static Pod PodOf(string word, int at, int? request) => new()
    {
        Metadata = new() { Name = $"pod-{at}", Namespace = "default", DeletionTimestamp = word[0] == 't' ? Now : null },
        Spec = new()
        {
            Containers =
            [
                new Container
                {
                    Name = "c",
                    Resources = new() { Requests = request is { } millis ? ValueMap.Of(("cpu", Quantity.FromMillis(millis))) : default },
                },
            ],
        },
        Status = new()
        {
            Phase = word[0] == 'p' ? PodPhase.Pending : PodPhase.Running,
            StartTime = Now.AddHours(-1),
            Conditions =
            [
                new PodCondition
                {
                    Type = "Ready",
                    Status = word[0] == 'u' ? "False" : "True",
                    // It was never ready: it became what it is just after its start.
                    LastTransitionTime = Now.AddHours(-1).AddSeconds(1),
                },
            ],
        },
    };

    private static PodMetrics FiguresOf(string word, int at) => new()
    {
        Metadata = new() { Name = $"pod-{at}", Namespace = "default" },
        Timestamp = Now,
        Window = "30s",
        Containers = [new ContainerMetrics { Name = "c", Usage = ValueMap.Of(("cpu", Quantity.FromMillis(int.Parse(word.TrimStart('u', 't'))))) }],
    };

    private static string Condition(AutoscalerPlan plan, string type)
    {
        var found = plan.Status.Conditions.Single(one => one.Type == type);
        return $"{found.Reason} {found.Message}";
    }
}
