using Coppice.Node.Host;

namespace Coppice.Node.Runtime.Cgroups;

/// <summary>Reads what the kernel counts of cgroups.</summary>
public sealed class CgroupStatFiles(CgroupMounts mounts)
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    /// <summary>What a cgroup uses; <see cref="CgroupUsage.None"/> for one that is not there, or just went.</summary>
    public CgroupUsage Read(string cgroup) => CgroupUsagePlanner.Plan(mounts.IsUnified, TextsOf(cgroup));

    public CgroupUsage ReadMachine() => CgroupUsagePlanner.PlanMachine(mounts.IsUnified, TextsOf(""), TextOf("/proc/meminfo") ?? "");

    /// <summary>A process of a cgroup, by whose eyes its network can be seen; null while there is none.</summary>
    public int? ProcessOf(string cgroup)
    {
        var root = mounts.IsUnified ? mounts.Roots[""] : mounts.Roots.GetValueOrDefault("memory") ?? mounts.Trees.FirstOrDefault();
        return TextOf($"{root}{cgroup}/cgroup.procs")?.Split('\n', 2)[0] is { } first && int.TryParse(first, out var id) ? id : null;
    }

    /// <summary>The text of a file of the kernel's; null if it is not there.</summary>
    public static string? TextOf(string path)
    {
        try
        {
            return KernelFiles.TextOf(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Without the controller, or with its last process gone meanwhile (ENODEV).
            return null;
        }
    }

    private IReadOnlyDictionary<string, string> TextsOf(string cgroup)
    {
        var files = mounts.IsUnified
            ? CgroupUsagePlanner.Unified.Select(file => (Path: $"{mounts.Roots[""]}{cgroup}/{file}", file))
            : CgroupUsagePlanner.PerController.Where(one => mounts.Roots.ContainsKey(one.Controller)).Select(one => (Path: $"{mounts.Roots[one.Controller]}{cgroup}/{one.File}", one.File));
        Dictionary<string, string>? texts = null;
        foreach (var (path, file) in files)
        {
            if (File.Exists(path) && TextOf(path) is { } text)
            {
                (texts ??= new(StringComparer.Ordinal))[file] = text;
            }
        }

        return texts ?? Nothing;
    }
}
