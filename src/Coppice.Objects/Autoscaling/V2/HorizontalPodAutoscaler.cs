using System.Text.Json.Serialization;

namespace Coppice.Objects.Autoscaling.V2;

/// <summary>Keeps as many pods of a workload as what is measured of them asks for.</summary>
public sealed partial record HorizontalPodAutoscaler : KubernetesObject
{
    /// <summary>What is scaled, by which figures and within which bounds.</summary>
    [Field(2)]
    public HorizontalPodAutoscalerSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What was measured and decided last.</summary>
    [Field(3)]
    public HorizontalPodAutoscalerStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What is scaled, by which figures and within which bounds.</summary>
public sealed partial record HorizontalPodAutoscalerSpec
{
    /// <summary>The workload, which must have a number of replicas that can be set.</summary>
    [Field(1, Required = true)]
    public CrossVersionObjectReference ScaleTargetRef { get; init => field = value ?? new(); } = new();

    /// <summary>The fewest pods there may be; 1 if absent.</summary>
    [Field(2)]
    public int? MinReplicas { get; init; }

    /// <summary>The most pods there may be.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int MaxReplicas { get; init; }

    /// <summary>The figures to go by; the one that asks for the most pods counts. If absent, 80 percent of the requested processor.</summary>
    [Field(4)]
    public ValueList<MetricSpec> Metrics { get; init; }

    /// <summary>How fast the number of pods may grow and shrink.</summary>
    [Field(5)]
    public HorizontalPodAutoscalerBehavior? Behavior { get; init; }
}

/// <summary>An object of any kind in the same namespace.</summary>
public sealed partial record CrossVersionObjectReference
{
    /// <summary>Its kind.</summary>
    [Field(1, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>Its name.</summary>
    [Field(2, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its group and version.</summary>
    [Field(3)]
    public string? ApiVersion { get; init; }
}

/// <summary>How fast the number of pods may change, in either direction.</summary>
public sealed partial record HorizontalPodAutoscalerBehavior
{
    /// <summary>How fast it may grow; if absent, by the larger of four pods and as many again every 15 seconds, at once.</summary>
    [Field(1)]
    public HPAScalingRules? ScaleUp { get; init; }

    /// <summary>How fast it may shrink; if absent, as far as allowed, to the most that was asked for within the last five minutes.</summary>
    [Field(2)]
    public HPAScalingRules? ScaleDown { get; init; }
}

/// <summary>How fast the number of pods may change in one direction.</summary>
public sealed partial record HPAScalingRules
{
    /// <summary>For how many seconds earlier recommendations are looked back at, so that the number does not flap; at most 3600.</summary>
    [Field(3)]
    public int? StabilizationWindowSeconds { get; init; }

    /// <summary>Which of the policies counts: the one with the largest change (Max, the default), with the smallest (Min), or none (Disabled).</summary>
    [Field(1, Pointer = true)]
    public string? SelectPolicy { get; init; }

    /// <summary>What may change within which time; at least one.</summary>
    [Field(2)]
    public ValueList<HPAScalingPolicy> Policies { get; init; }

    /// <summary>How far a figure may be from its target without anything being done, as a fraction of it; 0.1 if absent.</summary>
    [Field(4)]
    public Quantity? Tolerance { get; init; }
}

/// <summary>How much may change within a time.</summary>
public sealed partial record HPAScalingPolicy
{
    /// <summary>What the value counts: Pods, or Percent of those there were.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>How much may change; more than zero.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Value { get; init; }

    /// <summary>Within how many seconds; at most 1800.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int PeriodSeconds { get; init; }
}

/// <summary>The values of ScalingPolicySelect.</summary>
public static class ScalingPolicySelect
{
    public const string Max = "Max";
    public const string Min = "Min";
    public const string Disabled = "Disabled";
}

/// <summary>The values of HPAScalingPolicyType.</summary>
public static class HPAScalingPolicyType
{
    public const string Pods = "Pods";
    public const string Percent = "Percent";
}

/// <summary>What was measured and decided last.</summary>
public sealed partial record HorizontalPodAutoscalerStatus
{
    /// <summary>The generation that was acted on.</summary>
    [Field(1)]
    public long? ObservedGeneration { get; init; }

    /// <summary>When the number of pods was changed last.</summary>
    [Field(2, Pointer = true)]
    public DateTimeOffset? LastScaleTime { get; init; }

    /// <summary>How many pods there were to be when it was looked last.</summary>
    [Field(3)]
    public int CurrentReplicas { get; init; }

    /// <summary>How many pods there are to be since.</summary>
    [Field(4, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int DesiredReplicas { get; init; }

    /// <summary>What was measured, in the order of the metrics.</summary>
    [Field(5)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<MetricStatus> CurrentMetrics { get; init; }

    /// <summary>Whether it can scale, does, and is kept from it by a bound.</summary>
    [Field(6, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<HorizontalPodAutoscalerCondition> Conditions { get; init; }
}

/// <summary>Something that is so or not so of an autoscaler.</summary>
public sealed partial record HorizontalPodAutoscalerCondition
{
    /// <summary>What is said: AbleToScale, ScalingActive or ScalingLimited.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Since when.</summary>
    [Field(3)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why, in one word for programs.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    [Field(5)]
    public string? Message { get; init; }
}

/// <summary>The values of HorizontalPodAutoscalerConditionType.</summary>
public static class HorizontalPodAutoscalerConditionType
{
    public const string ScalingActive = "ScalingActive";
    public const string AbleToScale = "AbleToScale";
    public const string ScalingLimited = "ScalingLimited";
}
