namespace Coppice.Node.Runtime.Cgroups;

/// <summary>What the processes of a cgroup use. Null is what this kernel does not count.</summary>
/// <param name="CpuNanoseconds">Of all processors together, since the cgroup was made.</param>
public sealed record CgroupUsage(long? CpuNanoseconds, MemoryUsage? Memory, long? Processes)
{
    public static readonly CgroupUsage None = new(null, null, null);
}

/// <summary>Memory in bytes, as Kubernetes counts it.</summary>
/// <param name="Usage">All that is charged, with what is cached of files.</param>
/// <param name="WorkingSet">What cannot be had back at once: the usage without files that were not used lately. What limits and scaling go by.</param>
/// <param name="Resident">Anonymous memory.</param>
/// <param name="Limit">Null for none.</param>
public sealed record MemoryUsage(
    long Usage, long WorkingSet, long? Resident, long? Cache, long? PageFaults, long? MajorPageFaults, long? Limit, long? Swap);
