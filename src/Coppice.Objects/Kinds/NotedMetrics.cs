using Coppice.Objects.Autoscaling;
using Coppice.Objects.Autoscaling.V2;
using OlderReference = Coppice.Objects.Autoscaling.CrossVersionObjectReference;
using Reference = Coppice.Objects.Autoscaling.V2.CrossVersionObjectReference;

namespace Coppice.Objects;

/// <summary>The parts of an autoscaler in the forms of its two versions.</summary>
internal static class NotedMetrics
{
    public static OlderReference Older(Reference to) => new() { Kind = to.Kind, Name = to.Name, ApiVersion = to.ApiVersion };

    public static Reference Newer(OlderReference to) => new() { Kind = to.Kind, Name = to.Name, ApiVersion = to.ApiVersion };

    public static NotedMetric Note(MetricSpec metric) => new()
    {
        Type = metric.Type,
        Object = metric.Object is not { } about ? null : new()
        {
            Target = Older(about.DescribedObject),
            MetricName = about.Metric.Name,
            TargetValue = about.Target.Value ?? default,
            Selector = about.Metric.Selector,
            AverageValue = about.Target.AverageValue,
        },
        Pods = metric.Pods is not { } pods ? null : new()
        {
            MetricName = pods.Metric.Name,
            TargetAverageValue = pods.Target.AverageValue ?? default,
            Selector = pods.Metric.Selector,
        },
        Resource = metric.Resource is { } resource ? Note(resource.Name, resource.Target, null) : null,
        ContainerResource = metric.ContainerResource is { } container ? Note(container.Name, container.Target, container.Container) : null,
        External = metric.External is not { } external ? null : new()
        {
            MetricName = external.Metric.Name,
            MetricSelector = external.Metric.Selector,
            TargetValue = external.Target.Value,
            TargetAverageValue = external.Target.AverageValue,
        },
    };

    public static MetricSpec Metric(NotedMetric noted) => new()
    {
        Type = noted.Type,
        Object = noted.Object is not { } about ? null : new()
        {
            DescribedObject = Newer(about.Target),
            Target = new()
            {
                Type = about.AverageValue is null ? MetricTargetType.Value : MetricTargetType.AverageValue,
                Value = about.AverageValue is null || !about.TargetValue.IsZero ? about.TargetValue : null,
                AverageValue = about.AverageValue,
            },
            Metric = new() { Name = about.MetricName, Selector = about.Selector },
        },
        Pods = noted.Pods is not { } pods ? null : new()
        {
            Metric = new() { Name = pods.MetricName, Selector = pods.Selector },
            Target = new() { Type = MetricTargetType.AverageValue, AverageValue = pods.TargetAverageValue },
        },
        Resource = noted.Resource is { } resource ? new() { Name = resource.Name, Target = Target(resource) } : null,
        ContainerResource = noted.ContainerResource is { } container
            ? new() { Name = container.Name, Target = Target(container), Container = container.Container ?? "" }
            : null,
        External = noted.External is not { } external ? null : new()
        {
            Metric = new() { Name = external.MetricName, Selector = external.MetricSelector },
            Target = new()
            {
                Type = external.TargetValue is null ? MetricTargetType.AverageValue : MetricTargetType.Value,
                Value = external.TargetValue,
                AverageValue = external.TargetAverageValue,
            },
        },
    };

    public static NotedMetricStatus Note(MetricStatus measured) => new()
    {
        Type = measured.Type,
        Object = measured.Object is not { } about ? null : new()
        {
            Target = Older(about.DescribedObject),
            MetricName = about.Metric.Name,
            CurrentValue = about.Current.Value ?? default,
            Selector = about.Metric.Selector,
            AverageValue = about.Current.AverageValue,
        },
        Pods = measured.Pods is not { } pods ? null : new()
        {
            MetricName = pods.Metric.Name,
            CurrentAverageValue = pods.Current.AverageValue ?? default,
            Selector = pods.Metric.Selector,
        },
        Resource = measured.Resource is { } resource ? Note(resource.Name, resource.Current, null) : null,
        ContainerResource = measured.ContainerResource is { } container ? Note(container.Name, container.Current, container.Container) : null,
        External = measured.External is not { } external ? null : new()
        {
            MetricName = external.Metric.Name,
            MetricSelector = external.Metric.Selector,
            CurrentValue = external.Current.Value ?? default,
            CurrentAverageValue = external.Current.AverageValue,
        },
    };

    public static MetricStatus Status(NotedMetricStatus noted) => new()
    {
        Type = noted.Type,
        Object = noted.Object is not { } about ? null : new()
        {
            Metric = new() { Name = about.MetricName, Selector = about.Selector },
            Current = new() { Value = about.CurrentValue, AverageValue = about.AverageValue },
            DescribedObject = Newer(about.Target),
        },
        Pods = noted.Pods is not { } pods ? null : new()
        {
            Metric = new() { Name = pods.MetricName, Selector = pods.Selector },
            Current = new() { AverageValue = pods.CurrentAverageValue },
        },
        Resource = noted.Resource is { } resource ? new() { Name = resource.Name, Current = Current(resource) } : null,
        ContainerResource = noted.ContainerResource is { } container
            ? new() { Name = container.Name, Current = Current(container), Container = container.Container ?? "" }
            : null,
        External = noted.External is not { } external ? null : new()
        {
            Metric = new() { Name = external.MetricName, Selector = external.MetricSelector },
            Current = new() { Value = external.CurrentValue, AverageValue = external.CurrentAverageValue },
        },
    };

    public static NotedBehavior Note(HorizontalPodAutoscalerBehavior behavior) => new() { ScaleUp = Note(behavior.ScaleUp), ScaleDown = Note(behavior.ScaleDown) };

    public static HorizontalPodAutoscalerBehavior Behavior(NotedBehavior noted) => new() { ScaleUp = Rules(noted.ScaleUp), ScaleDown = Rules(noted.ScaleDown) };

    private static NotedResourceSource Note(string resource, MetricTarget target, string? container) => new()
    {
        Name = resource,
        TargetAverageUtilization = target.AverageUtilization,
        TargetAverageValue = target.AverageValue,
        Container = container,
    };

    private static MetricTarget Target(NotedResourceSource noted) => new()
    {
        Type = noted.TargetAverageUtilization is null ? MetricTargetType.AverageValue : MetricTargetType.Utilization,
        AverageValue = noted.TargetAverageValue,
        AverageUtilization = noted.TargetAverageUtilization,
    };

    private static NotedResourceStatus Note(string resource, MetricValueStatus current, string? container) => new()
    {
        Name = resource,
        CurrentAverageUtilization = current.AverageUtilization,
        CurrentAverageValue = current.AverageValue ?? default,
        Container = container,
    };

    private static MetricValueStatus Current(NotedResourceStatus noted) =>
        new() { AverageValue = noted.CurrentAverageValue, AverageUtilization = noted.CurrentAverageUtilization };

    private static NotedRules? Note(HPAScalingRules? rules) => rules is null ? null : new()
    {
        StabilizationWindowSeconds = rules.StabilizationWindowSeconds,
        SelectPolicy = rules.SelectPolicy,
        Policies = rules.Policies.ConvertAll(policy => new NotedPolicy { Type = policy.Type, Value = policy.Value, PeriodSeconds = policy.PeriodSeconds }),
        Tolerance = rules.Tolerance,
    };

    private static HPAScalingRules? Rules(NotedRules? noted) => noted is null ? null : new()
    {
        StabilizationWindowSeconds = noted.StabilizationWindowSeconds,
        SelectPolicy = noted.SelectPolicy,
        Policies = noted.Policies.ConvertAll(policy => new HPAScalingPolicy { Type = policy.Type, Value = policy.Value, PeriodSeconds = policy.PeriodSeconds }),
        Tolerance = noted.Tolerance,
    };
}
