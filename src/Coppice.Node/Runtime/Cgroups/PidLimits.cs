using System.Globalization;
using Coppice.Node.Host;

namespace Coppice.Node.Runtime.Cgroups;

/// <summary>
/// How many processes, threads counted, there may be: on the machine, in all pods together, in one pod. However many a pod starts, it is the
/// pod that gets no more, and neither its neighbours nor the node.
/// </summary>
public sealed record PidLimits
{
    /// <summary>What the kubelet calls podPidsLimit. Enough for programs with thousands of threads.</summary>
    public const long PodMaxDefault = 4096;

    /// <summary>Of the machine's, what all pods together get: with the rest the node goes on working, and can be logged in to.</summary>
    private const double PodsShare = 0.9;

    /// <summary>Of one pod; <see cref="CgroupLimits.Unlimited"/> for no limit but that of all pods.</summary>
    public long PodMax { get; init; } = PodMaxDefault;

    /// <summary>Of all pods together.</summary>
    public long PodsMax => (long)(MachineMax * PodsShare);

    private static long MachineMax =>
        Math.Min(Number("/proc/sys/kernel/pid_max") ?? long.MaxValue, Number("/proc/sys/kernel/threads-max") ?? long.MaxValue);

    /// <summary>How many there may still be, of the machine's or of those for pods: where the smaller share is left. Null where nobody counts.</summary>
    /// <param name="pods">The cgroup of all pods.</param>
    public static ProcessRoom? Room(CgroupMounts mounts, string pods)
    {
        var directory = mounts.Roots.GetValueOrDefault(mounts.IsUnified ? "" : "pids") + pods;
        return ((ProcessRoom?[])[Room(Number(directory + "/pids.max"), Number(directory + "/pids.current")), Room(MachineMax, InMachine())])
            .OfType<ProcessRoom>()
            .OrderBy(one => (double)one.Available / one.Max)
            .FirstOrDefault();
    }

    private static ProcessRoom? Room(long? most, long? used) => most is > 0 and var max && used is { } now ? new(max, max - now) : null;

    // "0.10 0.20 0.30 2/345 6789": running/all.
    private static long? InMachine() => Parse(Line("/proc/loadavg").Split(' ').ElementAtOrDefault(3)?.Split('/').ElementAtOrDefault(1));

    private static long? Number(string file) => Parse(Line(file));

    // "max" is no number, nor is what cannot be read.
    private static long? Parse(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Line(string file)
    {
        try
        {
            return File.Exists(file) ? KernelFiles.TextOf(file).Trim() : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}

/// <summary>How many processes, threads counted, there may be, and how many of these there are not yet.</summary>
public sealed record ProcessRoom(long Max, long Available);
