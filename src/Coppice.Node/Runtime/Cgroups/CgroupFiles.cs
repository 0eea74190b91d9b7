using System.Globalization;

namespace Coppice.Node.Runtime.Cgroups;

/// <param name="CpuNanoseconds">Processor time used since the cgroup was made.</param>
/// <param name="WorkingSetBytes">Memory that cannot be taken back without harm: usage without the file pages not used lately, as Kubernetes counts.</param>
public readonly record struct CgroupUsage(long CpuNanoseconds, long MemoryBytes, long WorkingSetBytes);

/// <summary>Makes, changes, reads and removes cgroups. Failures are <see cref="RuntimeException"/> with the kernel's word.</summary>
public sealed class CgroupFiles(CgroupMounts mounts)
{
    /// <summary>A process that was killed leaves its cgroup a moment after its end was reported.</summary>
    private const int RemoveAttempts = 100;

    private static readonly TimeSpan RemovePause = TimeSpan.FromMilliseconds(10);

    public CgroupMounts Mounts => mounts;

    /// <summary>Makes a cgroup with those above it, and sets its limits; for one that exists it only sets them.</summary>
    public void Apply(string cgroup, CgroupLimits limits)
    {
        var plan = CgroupPlanner.Plan(mounts, cgroup, limits);
        try
        {
            foreach (var directory in plan.Directories)
            {
                Directory.CreateDirectory(directory);
            }

            foreach (var write in plan.Writes)
            {
                Write(write);
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException($"The cgroup {cgroup} could not be set up: {failed.Message}", failed);
        }
    }

    /// <summary>Removes a cgroup and all below it in every tree; its processes must have been ended.</summary>
    public async Task RemoveAsync(string cgroup, TimeProvider time, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                mounts.Remove(cgroup);
                return;
            }
            catch (IOException) when (attempt < RemoveAttempts)
            {
                await Task.Delay(RemovePause, time, stop);
            }
            catch (IOException busy)
            {
                throw new RuntimeException($"The cgroup {cgroup} still holds processes: {busy.Message}", busy);
            }
        }
    }

    /// <summary>The pods' cgroups that there are under a part of the tree, by their uids: for finding those left over.</summary>
    public IReadOnlyList<string> PodUids(string parent)
    {
        const string Prefix = "pod";
        var uids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tree in mounts.Trees.Where(tree => Directory.Exists(tree + parent)))
        {
            foreach (var directory in Directory.EnumerateDirectories(tree + parent, Prefix + "*"))
            {
                uids.Add(Path.GetFileName(directory)[Prefix.Length..]);
            }
        }

        return [.. uids];
    }

    /// <summary>What a cgroup uses now, or null if it is gone. The empty name is the whole node.</summary>
    public CgroupUsage? Read(string cgroup)
    {
        try
        {
            return mounts.IsUnified ? ReadUnified(mounts.Roots[""] + cgroup) : ReadPerController(cgroup);
        }
        catch (Exception gone) when (gone is IOException or KeyNotFoundException)
        {
            return null;
        }
    }

    private CgroupUsage ReadPerController(string cgroup)
    {
        var memory = mounts.Roots["memory"] + cgroup;
        var used = Number(memory + "/memory.usage_in_bytes");
        return new CgroupUsage(
            Number(mounts.Roots["cpuacct"] + cgroup + "/cpuacct.usage"), used, Math.Max(0, used - Field(memory + "/memory.stat", "total_inactive_file")));
    }

    private static CgroupUsage ReadUnified(string directory)
    {
        // The root of the tree has no memory.current: there the node's own figures stand in for it.
        var current = directory + "/memory.current";
        var used = File.Exists(current) ? Number(current) : NodeMemoryBytes();
        return new CgroupUsage(
            Field(directory + "/cpu.stat", "usage_usec") * 1000, used, Math.Max(0, used - Field(directory + "/memory.stat", "inactive_file")));
    }

    private static long NodeMemoryBytes() => (Field("/proc/meminfo", "MemTotal:") - Field("/proc/meminfo", "MemFree:")) * 1024;

    private static void Write(CgroupWrite write)
    {
        try
        {
            // Opened and not made: a file that is missing would otherwise be reported as a right that is missing.
            using var file = new FileStream(write.File, FileMode.Open, FileAccess.Write);
            file.Write(System.Text.Encoding.ASCII.GetBytes(write.Value));
        }
        catch (Exception failed) when (write.Optional && failed is (IOException or UnauthorizedAccessException))
        {
            // See CgroupWrite.Optional.
        }
    }

    private static long Number(string file) => long.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture);

    private static long Field(string file, string name)
    {
        foreach (var line in File.ReadLines(file))
        {
            var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 1 && parts[0] == name)
            {
                return long.Parse(parts[1], CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
