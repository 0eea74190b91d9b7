using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Objects.Core;

namespace Coppice.Node.Stats;

/// <summary>One look at what the node and its pods use.</summary>
public sealed record NodeReading(
    DateTimeOffset At,
    DateTimeOffset BootedAt,
    Usage Usage,
    long MemoryCapacityBytes,
    IReadOnlyList<InterfaceCounters> Network,
    FileSystemSpace? FileSystem,
    ProcessCount Processes,
    IReadOnlyList<PodReading> Pods);

/// <param name="NanoCores">The processor's use of the moment, in thousand-millionths; null while it is not known.</param>
public sealed record Usage(CgroupUsage Totals, long? NanoCores);

/// <param name="Max">How many processes the machine can have.</param>
public readonly record struct ProcessCount(long Max, long Current);

/// <param name="Network">Empty for a pod on the node's own network.</param>
public sealed record PodReading(Pod Pod, DateTimeOffset? StartedAt, Usage Usage, IReadOnlyList<InterfaceCounters> Network, IReadOnlyList<ContainerReading> Containers);

/// <param name="Cgroup">Its name in the tree, from the root.</param>
/// <param name="Layer">What it wrote to its own file system; null where the runtime does not say.</param>
/// <param name="Logs">What its logs take.</param>
public sealed record ContainerReading(ContainerRecord Container, string Cgroup, Usage Usage, FilesUsage? Layer, FilesUsage Logs);
