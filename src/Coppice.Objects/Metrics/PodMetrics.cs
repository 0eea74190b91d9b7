namespace Coppice.Objects.Metrics;

/// <summary>What the containers of a pod used a moment ago. It is measured and never kept.</summary>
[JsonOnly]
public sealed partial record PodMetrics : KubernetesObject
{
    /// <summary>When the window of the figures ended.</summary>
    [Field(2)]
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Over how long the processor's use is an average, such as 15s.</summary>
    [Field(3)]
    public string? Window { get; init; }

    /// <summary>Those that run.</summary>
    [Field(4)]
    public ValueList<ContainerMetrics> Containers { get; init; }
}

/// <summary>What one container used a moment ago.</summary>
public sealed partial record ContainerMetrics
{
    /// <summary>Its name in the pod.</summary>
    [Field(1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its processor and memory.</summary>
    [Field(2)]
    public ValueMap<Quantity> Usage { get; init; }
}
