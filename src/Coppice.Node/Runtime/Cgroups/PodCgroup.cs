namespace Coppice.Node.Runtime.Cgroups;

/// <summary>Kubernetes' quality of service classes, which decide where a pod's cgroup hangs.</summary>
public enum PodQuality
{
    Guaranteed,
    Burstable,
    BestEffort,
}

/// <summary>
/// Names in one cluster's tree of cgroups. Everything is under a root of its own, so that two clusters on a machine never meet.
/// </summary>
/// <remarks>
/// <code>
/// /coppice-abc                 root
///   runtime                    containerd and its shims
///   pods                       all pods
///     podUID                   guaranteed pods
///     burstable/podUID         each weighed by its requests
///     besteffort/podUID        all together the least weight there is
/// </code>
/// </remarks>
/// <param name="Root">Begins with a slash: /coppice-abc</param>
public sealed record CgroupTree(string Root)
{
    public string Runtime => Root + "/runtime";

    public string Pods => Root + "/pods";

    public string Of(PodQuality quality) => quality switch
    {
        PodQuality.Burstable => Pods + "/burstable",
        PodQuality.BestEffort => Pods + "/besteffort",
        _ => Pods,
    };

    /// <summary>The cgroup of one pod: the parent to give to the runtime (<see cref="SandboxSpec.CgroupParent"/>).</summary>
    public string Pod(string uid, PodQuality quality) => $"{Of(quality)}/pod{uid}";
}

/// <summary>What a cgroup may use. Null leaves the kernel's default, which is no limit.</summary>
/// <param name="CpuShares">Weight against others in v1's scale (2 … 262144; 1024 is one processor requested).</param>
/// <param name="CpuQuotaMicroseconds">Per <paramref name="CpuPeriodMicroseconds"/>.</param>
public readonly record struct CgroupLimits(
    long? CpuShares = null, long? CpuQuotaMicroseconds = null, long? CpuPeriodMicroseconds = null, long? MemoryBytes = null)
{
    /// <summary>No limit, said of <see cref="ProcessesMax"/>.</summary>
    public const long Unlimited = -1;

    public const long SharesMin = 2;
    public const long SharesPerCpu = 1024;
    public const long PeriodMicroseconds = 100_000;

    /// <summary>How many processes there may be at a time, threads counted.</summary>
    public long? ProcessesMax { get; init; }

    /// <summary>As Kubernetes turns requests and limits into them. Thousandths of a processor, bytes; null where there is none.</summary>
    public static CgroupLimits From(long cpuRequestMilli, long? cpuLimitMilli, long? memoryLimitBytes) => new(
        CpuShares: Math.Max(SharesMin, cpuRequestMilli * SharesPerCpu / 1000),
        // The kernel takes no quota under a millisecond.
        CpuQuotaMicroseconds: cpuLimitMilli is { } milli ? Math.Max(1000, milli * PeriodMicroseconds / 1000) : null,
        CpuPeriodMicroseconds: cpuLimitMilli is null ? null : PeriodMicroseconds,
        MemoryBytes: memoryLimitBytes);
}
