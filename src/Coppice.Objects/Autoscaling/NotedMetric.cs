using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Autoscaling;

/// <summary>A figure to go by, as annotations of the older version have it.</summary>
internal sealed record NotedMetric
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string Type { get; init => field = value ?? ""; } = "";

    public NotedObjectSource? Object { get; init; }

    public NotedPodsSource? Pods { get; init; }

    public NotedResourceSource? Resource { get; init; }

    public NotedResourceSource? ContainerResource { get; init; }

    public NotedExternalSource? External { get; init; }
}

internal sealed record NotedObjectSource
{
    public CrossVersionObjectReference Target { get; init => field = value ?? new(); } = new();

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string MetricName { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity TargetValue { get; init; }

    public LabelSelector? Selector { get; init; }

    public Quantity? AverageValue { get; init; }
}

internal sealed record NotedPodsSource
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string MetricName { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity TargetAverageValue { get; init; }

    public LabelSelector? Selector { get; init; }
}

/// <summary>Of the pod, or of one container.</summary>
internal sealed record NotedResourceSource
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string Name { get; init => field = value ?? ""; } = "";

    public int? TargetAverageUtilization { get; init; }

    public Quantity? TargetAverageValue { get; init; }

    public string? Container { get; init; }
}

internal sealed record NotedExternalSource
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string MetricName { get; init => field = value ?? ""; } = "";

    public LabelSelector? MetricSelector { get; init; }

    public Quantity? TargetValue { get; init; }

    public Quantity? TargetAverageValue { get; init; }
}

/// <summary>What was measured, as annotations of the older version have it.</summary>
internal sealed record NotedMetricStatus
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string Type { get; init => field = value ?? ""; } = "";

    public NotedObjectStatus? Object { get; init; }

    public NotedPodsStatus? Pods { get; init; }

    public NotedResourceStatus? Resource { get; init; }

    public NotedResourceStatus? ContainerResource { get; init; }

    public NotedExternalStatus? External { get; init; }
}

internal sealed record NotedObjectStatus
{
    public CrossVersionObjectReference Target { get; init => field = value ?? new(); } = new();

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string MetricName { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity CurrentValue { get; init; }

    public LabelSelector? Selector { get; init; }

    public Quantity? AverageValue { get; init; }
}

internal sealed record NotedPodsStatus
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string MetricName { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity CurrentAverageValue { get; init; }

    public LabelSelector? Selector { get; init; }
}

internal sealed record NotedResourceStatus
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string Name { get; init => field = value ?? ""; } = "";

    public int? CurrentAverageUtilization { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity CurrentAverageValue { get; init; }

    public string? Container { get; init; }
}

internal sealed record NotedExternalStatus
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string MetricName { get; init => field = value ?? ""; } = "";

    public LabelSelector? MetricSelector { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity CurrentValue { get; init; }

    public Quantity? CurrentAverageValue { get; init; }
}

/// <summary>How fast the number of pods may change, as an annotation of the older version has it: with the names that the server has for it inside.</summary>
internal sealed record NotedBehavior
{
    [JsonPropertyName("ScaleUp")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public NotedRules? ScaleUp { get; init; }

    [JsonPropertyName("ScaleDown")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public NotedRules? ScaleDown { get; init; }
}

internal sealed record NotedRules
{
    [JsonPropertyName("StabilizationWindowSeconds")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? StabilizationWindowSeconds { get; init; }

    [JsonPropertyName("SelectPolicy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? SelectPolicy { get; init; }

    [JsonPropertyName("Policies")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<NotedPolicy> Policies { get; init; }

    [JsonPropertyName("Tolerance")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity? Tolerance { get; init; }
}

internal sealed record NotedPolicy
{
    [JsonPropertyName("Type")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string Type { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("Value")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Value { get; init; }

    [JsonPropertyName("PeriodSeconds")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int PeriodSeconds { get; init; }
}
