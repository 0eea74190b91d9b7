using System.Text.Json.Serialization;

namespace Coppice.Objects.Autoscaling;

/// <summary>Keeps as many pods of a workload as the use of their processors asks for; what the newer version says beyond that stands in annotations.</summary>
public sealed partial record HorizontalPodAutoscaler : KubernetesObject
{
    /// <summary>What is scaled, and within which bounds.</summary>
    [Field(2)]
    public HorizontalPodAutoscalerSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What was measured and decided last.</summary>
    [Field(3)]
    public HorizontalPodAutoscalerStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What is scaled, and within which bounds.</summary>
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

    /// <summary>How much of the processor that they request the pods should use, in percent; 80 if nothing else is said.</summary>
    [Field(4)]
    [JsonPropertyName("targetCPUUtilizationPercentage")]
    public int? TargetCPUUtilizationPercentage { get; init; }
}

/// <summary>An object of any kind in the same namespace.</summary>
[AtomicObject]
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
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int CurrentReplicas { get; init; }

    /// <summary>How many pods there are to be since.</summary>
    [Field(4, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int DesiredReplicas { get; init; }

    /// <summary>How much of the processor that they request the pods used, in percent.</summary>
    [Field(5)]
    [JsonPropertyName("currentCPUUtilizationPercentage")]
    public int? CurrentCPUUtilizationPercentage { get; init; }
}
