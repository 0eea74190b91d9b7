using System.Globalization;

namespace Coppice.Node.Runtime.Cri;

/// <summary>
/// What of /proc and /sys tells about the whole machine, or changes it: containers don't see the first and only read the second. Kubernetes'
/// lists.
/// </summary>
internal static class KernelPaths
{
    private const string Processors = "/sys/devices/system/cpu";

    public static IReadOnlyList<string> Masked { get; } =
    [
        "/proc/asound",
        "/proc/acpi",
        "/proc/interrupts",
        "/proc/kcore",
        "/proc/keys",
        "/proc/latency_stats",
        "/proc/timer_list",
        "/proc/timer_stats",
        "/proc/sched_debug",
        "/proc/scsi",
        "/sys/firmware",
        "/sys/devices/virtual/powercap",
        .. ThermalThrottles(),
    ];

    public static IReadOnlyList<string> ReadOnly { get; } = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    // Of each processor there may ever be: how hot it was tells what others compute.
    private static IEnumerable<string> ThermalThrottles() => PossibleProcessors()
        .Select(number => string.Create(CultureInfo.InvariantCulture, $"{Processors}/cpu{number}/thermal_throttle"))
        .Where(Directory.Exists);

    // A list of ranges: 0-3,8-11.
    private static IEnumerable<int> PossibleProcessors()
    {
        const string Possible = Processors + "/possible";
        if (!File.Exists(Possible))
        {
            yield break;
        }

        foreach (var range in File.ReadAllText(Possible).Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToList();
            for (var number = ends[0]; number <= ends[^1]; number++)
            {
                yield return number;
            }
        }
    }
}
