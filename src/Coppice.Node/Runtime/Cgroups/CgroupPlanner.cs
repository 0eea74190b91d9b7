namespace Coppice.Node.Runtime.Cgroups;

/// <param name="Optional">The file is missing on some kernels (no swap accounting), and nothing is lost without it.</param>
public sealed record CgroupWrite(string File, string Value, bool Optional = false);

/// <summary>What to make and write so that a cgroup exists with its limits: first the directories, then the files, in order.</summary>
public sealed record CgroupPlan(IReadOnlyList<string> Directories, IReadOnlyList<CgroupWrite> Writes);

/// <summary>Turns a cgroup and its limits into directories and files, for the version that is mounted. Pure.</summary>
public static class CgroupPlanner
{
    /// <summary>The controllers we set or read; runc makes the others' directories where it needs them.</summary>
    private static readonly string[] Controllers = ["cpu", "cpuacct", "memory", "pids"];

    public static CgroupPlan Plan(CgroupMounts mounts, string cgroup, CgroupLimits limits) =>
        mounts.IsUnified ? Unified(mounts.Roots[""], cgroup, limits) : PerController(mounts, cgroup, limits);

    private static CgroupPlan PerController(CgroupMounts mounts, string cgroup, CgroupLimits limits)
    {
        var directories = Controllers.Where(mounts.Roots.ContainsKey).Select(one => mounts.Roots[one] + cgroup).Distinct().ToList();
        var writes = new List<CgroupWrite>();
        if (mounts.Roots.TryGetValue("cpu", out var cpu))
        {
            Add(writes, cpu + cgroup + "/cpu.shares", limits.CpuShares);
            Add(writes, cpu + cgroup + "/cpu.cfs_period_us", limits.CpuPeriodMicroseconds);
            Add(writes, cpu + cgroup + "/cpu.cfs_quota_us", limits.CpuQuotaMicroseconds);
        }

        if (mounts.Roots.TryGetValue("memory", out var memory))
        {
            // Memory and swap together must never be below the memory alone: so before it for a limit that grows, after it for
            // one that shrinks. It keeps a pod from outgrowing its limit into swap.
            CgroupWrite[] swap = limits.MemoryBytes is { } bytes ? [new(memory + cgroup + "/memory.memsw.limit_in_bytes", Text(bytes), Optional: true)] : [];
            writes.AddRange(swap);
            Add(writes, memory + cgroup + "/memory.limit_in_bytes", limits.MemoryBytes);
            writes.AddRange(swap);
        }

        if (mounts.Roots.TryGetValue("pids", out var processes))
        {
            AddProcesses(writes, processes + cgroup, limits);
        }

        return new CgroupPlan(directories, writes);
    }

    private static CgroupPlan Unified(string root, string cgroup, CgroupLimits limits)
    {
        var directory = root + cgroup;
        var writes = new List<CgroupWrite>();
        // A controller works in a cgroup only if every one above hands it down.
        for (var at = cgroup.LastIndexOf('/'); at >= 0; at = at == 0 ? -1 : cgroup.LastIndexOf('/', at - 1))
        {
            writes.Insert(0, new CgroupWrite(root + cgroup[..at] + "/cgroup.subtree_control", "+cpu +memory +pids"));
        }

        if (limits.CpuShares is { } shares)
        {
            writes.Add(new CgroupWrite(directory + "/cpu.weight", Text(Weight(shares))));
        }

        if (limits.CpuQuotaMicroseconds is { } quota)
        {
            writes.Add(new CgroupWrite(directory + "/cpu.max", $"{Text(quota)} {Text(limits.CpuPeriodMicroseconds ?? CgroupLimits.PeriodMicroseconds)}"));
        }

        if (limits.MemoryBytes is { } bytes)
        {
            writes.Add(new CgroupWrite(directory + "/memory.max", Text(bytes)));
            writes.Add(new CgroupWrite(directory + "/memory.swap.max", "0", Optional: true));
        }

        AddProcesses(writes, directory, limits);
        return new CgroupPlan([directory], writes);
    }

    /// <summary>v1's 2 … 262144 on v2's scale of 1 … 10000, by the formula that runc and Kubernetes share.</summary>
    internal static long Weight(long shares) => 1 + ((Math.Clamp(shares, 2, 262_144) - 2) * 9_999 / 262_142);

    private static void Add(List<CgroupWrite> writes, string file, long? value)
    {
        if (value is { } number)
        {
            writes.Add(new CgroupWrite(file, Text(number)));
        }
    }

    private static void AddProcesses(List<CgroupWrite> writes, string directory, CgroupLimits limits)
    {
        if (limits.ProcessesMax is { } most)
        {
            writes.Add(new CgroupWrite(directory + "/pids.max", most == CgroupLimits.Unlimited ? "max" : Text(most)));
        }
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
