using Coppice.Client;

namespace Coppice.Node.Runtime.Cgroups;

/// <summary>How control groups are mounted: one tree (v2), or one a controller (v1, and the hybrid of both).</summary>
/// <param name="IsUnified">v2.</param>
/// <param name="Roots">Controller to the root of its tree; for v2 one entry with an empty name.</param>
public sealed record CgroupMounts(bool IsUnified, IReadOnlyDictionary<string, string> Roots)
{
    private const string Base = "/sys/fs/cgroup";

    // Beside v1's trees there may be an empty v2 one, in which runc makes each cgroup too and leaves it.
    private const string HybridTree = Base + "/unified";

    /// <summary>cpu and cpuacct may share one tree; its paths are then listed once.</summary>
    public IEnumerable<string> Trees => Roots.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>The directories of a cgroup, one in each tree that has it.</summary>
    public IEnumerable<string> DirectoriesOf(string cgroup) =>
        Trees.Concat(IsUnified ? [] : [HybridTree]).Select(tree => tree + cgroup).Where(Directory.Exists);

    public static CgroupMounts Observe() => From(File.ReadAllText("/proc/self/mountinfo"));

    internal static CgroupMounts From(string mountInfo)
    {
        var roots = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-", 6);
            var (mountPoint, type) = (fields[4], fields[dash + 1]);
            if (type == "cgroup2" && mountPoint == Base)
            {
                return new CgroupMounts(true, new SortedDictionary<string, string> { [""] = Base });
            }

            if (type != "cgroup")
            {
                continue;
            }
            // The last field has the tree's controllers among its options: rw,cpu,cpuacct
            foreach (var option in fields[^1].Split(','))
            {
                if (option is not ("rw" or "ro") && !option.StartsWith("xattr", StringComparison.Ordinal))
                {
                    roots.TryAdd(option, mountPoint);
                }
            }
        }

        return new CgroupMounts(false, roots);
    }

    /// <summary>Makes a cgroup in every tree; returns the files that a process writes its number into to move there.</summary>
    public IReadOnlyList<string> MakeFor(string cgroup)
    {
        if (cgroup.Length == 0)
        {
            return [];
        }

        var files = new List<string>();
        // A cpuset takes no process before it has been given processors; containerd needs none of its own.
        foreach (var root in Roots.Where(one => one.Key != "cpuset").Select(one => one.Value).Distinct(StringComparer.Ordinal))
        {
            var directory = root + cgroup;
            OwnFiles.EnsureDirectory(directory, OwnFiles.PublicDirectory);
            files.Add(directory + "/cgroup.procs");
        }

        return files;
    }

    /// <summary>Removes a cgroup with all below it, in every tree. They must hold no process any more.</summary>
    public void Remove(string cgroup)
    {
        foreach (var directory in DirectoriesOf(cgroup))
        {
            RemoveBelow(directory);
        }
    }

    // The files of a cgroup are the kernel's: only the folders are removed, the inner ones first.
    private static void RemoveBelow(string directory)
    {
        foreach (var inner in Directory.EnumerateDirectories(directory))
        {
            RemoveBelow(inner);
        }

        Directory.Delete(directory);
    }
}
