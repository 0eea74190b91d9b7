namespace Coppice.ApiServer.Usage;

/// <summary>One look at what a node and what runs on it used by then.</summary>
/// <param name="Pods">By uid.</param>
public sealed record NodeSample(DateTimeOffset At, UsageTotals Node, IReadOnlyDictionary<string, PodSample> Pods);

/// <param name="Containers">Those that run, by name.</param>
public sealed record PodSample(IReadOnlyDictionary<string, UsageTotals> Containers);

/// <param name="Since">Since when the processor's time is counted: the start of the container, or of the machine.</param>
/// <param name="CpuNanoseconds">Of all processors together; null where it is not counted.</param>
/// <param name="MemoryBytes">The working set; null where it is not known.</param>
public readonly record struct UsageTotals(DateTimeOffset Since, long? CpuNanoseconds, long? MemoryBytes);
