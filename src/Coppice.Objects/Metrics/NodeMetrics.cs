namespace Coppice.Objects.Metrics;

/// <summary>What a node used a moment ago. It is measured and never kept.</summary>
[JsonOnly]
public sealed partial record NodeMetrics : KubernetesObject
{
    /// <summary>When the window of the figures ended.</summary>
    [Field(2)]
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Over how long the processor's use is an average, such as 15s.</summary>
    [Field(3)]
    public string? Window { get; init; }

    /// <summary>Processor and memory of all of the node.</summary>
    [Field(4)]
    public ValueMap<Quantity> Usage { get; init; }
}
