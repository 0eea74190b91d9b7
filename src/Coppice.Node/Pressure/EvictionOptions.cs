namespace Coppice.Node.Pressure;

/// <summary>When a node is short of something, and what it then does about it: as the kubelet, unless it is told otherwise.</summary>
public sealed record EvictionOptions
{
    /// <summary>In the order in which they are acted on: memory first.</summary>
    public IReadOnlyList<EvictionThreshold> Hard { get; init; } =
    [
        new(EvictionSignal.Memory, "100Mi"),
        new(EvictionSignal.NodeDisk, "10%"),
        new(EvictionSignal.NodeInodes, "5%"),
        new(EvictionSignal.ImageDisk, "15%"),
        new(EvictionSignal.ImageInodes, "5%"),
        new(EvictionSignal.Processes, "5%"),
    ];

    /// <summary>How often it is looked.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a condition goes on to hold after a pod was evicted for it and there is enough again: whoever comes in the pod's place
    /// should not come back at once.
    /// </summary>
    public TimeSpan TransitionPeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a pod that was evicted has to be gone, before another one is.</summary>
    public TimeSpan CleanUpWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it is looked whether it is gone.</summary>
    public TimeSpan CleanUpPeriod { get; init; } = TimeSpan.FromSeconds(1);
}
