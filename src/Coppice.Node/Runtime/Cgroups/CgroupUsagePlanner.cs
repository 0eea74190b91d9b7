using System.Globalization;

namespace Coppice.Node.Runtime.Cgroups;

/// <summary>Turns the texts of a cgroup's files into figures. Pure.</summary>
public static class CgroupUsagePlanner
{
    /// <summary>Above this, cgroup v1 means that there is no limit: the largest number that it has, in whole pages.</summary>
    private const long NoLimit = long.MaxValue / 2;

    /// <summary>The files that are looked at, by the controller that they belong to.</summary>
    public static readonly IReadOnlyList<(string Controller, string File)> PerController =
    [
        ("cpuacct", "cpuacct.usage"), ("memory", "memory.usage_in_bytes"), ("memory", "memory.memsw.usage_in_bytes"), ("memory", "memory.limit_in_bytes"),
        ("memory", "memory.stat"), ("pids", "pids.current"),
    ];

    public static readonly IReadOnlyList<string> Unified = ["cpu.stat", "memory.current", "memory.swap.current", "memory.max", "memory.stat", "pids.current"];

    /// <param name="texts">File to content; those that are missing are not there.</param>
    public static CgroupUsage Plan(bool isUnified, IReadOnlyDictionary<string, string> texts) => isUnified ? PlanUnified(texts) : PlanPerController(texts);

    /// <summary>
    /// The whole machine's, from its root cgroup and <c>/proc/meminfo</c>: the root of cgroup v2 does not say how much memory is used.
    /// </summary>
    public static CgroupUsage PlanMachine(bool isUnified, IReadOnlyDictionary<string, string> texts, string memInfo)
    {
        var usage = Plan(isUnified, texts);
        if (usage.Memory is not null)
        {
            return usage;
        }

        var machine = Fields(memInfo);
        var stat = Fields(texts.GetValueOrDefault("memory.stat") ?? "");
        var used = (Field(machine, "MemTotal:") - Field(machine, "MemFree:")) * 1024 ?? 0;
        var swap = (Field(machine, "SwapTotal:") - Field(machine, "SwapFree:")) * 1024;
        return usage with { Memory = OfUnified(used, stat, null, swap) };
    }

    private static CgroupUsage PlanPerController(IReadOnlyDictionary<string, string> texts)
    {
        var stat = Fields(texts.GetValueOrDefault("memory.stat") ?? "");
        var limit = Number(texts, "memory.limit_in_bytes");
        MemoryUsage? memory = null;
        if (Number(texts, "memory.usage_in_bytes") is { } used)
        {
            memory = new MemoryUsage(
                used,
                Math.Max(0, used - (Field(stat, "total_inactive_file") ?? 0)),
                Field(stat, "total_rss"),
                Field(stat, "total_cache"),
                Field(stat, "total_pgfault"),
                Field(stat, "total_pgmajfault"),
                limit >= NoLimit ? null : limit,
                Number(texts, "memory.memsw.usage_in_bytes") is { } both ? Math.Max(0, both - used) : null);
        }

        return new CgroupUsage(Number(texts, "cpuacct.usage"), memory, Number(texts, "pids.current"));
    }

    private static CgroupUsage PlanUnified(IReadOnlyDictionary<string, string> texts)
    {
        var stat = Fields(texts.GetValueOrDefault("memory.stat") ?? "");
        var cpu = Field(Fields(texts.GetValueOrDefault("cpu.stat") ?? ""), "usage_usec") * 1000;
        var memory = Number(texts, "memory.current") is { } used
            ? OfUnified(used, stat, Number(texts, "memory.max"), Number(texts, "memory.swap.current"))
            : null;
        return new CgroupUsage(cpu, memory, Number(texts, "pids.current"));
    }

    private static MemoryUsage OfUnified(long used, Dictionary<string, long> stat, long? limit, long? swap) => new(
        used,
        Math.Max(0, used - (Field(stat, "inactive_file") ?? 0)),
        Field(stat, "anon"),
        Field(stat, "file"),
        Field(stat, "pgfault"),
        Field(stat, "pgmajfault"),
        limit,
        swap);

    /// <summary>The number in a file of one; "max" is none.</summary>
    private static long? Number(IReadOnlyDictionary<string, string> texts, string file) =>
        texts.TryGetValue(file, out var text) && long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Field(Dictionary<string, long> fields, string name) => fields.TryGetValue(name, out var value) ? value : null;

    /// <summary>Lines of a name and a number; what stands behind (a unit) is left out.</summary>
    private static Dictionary<string, long> Fields(string text)
    {
        var fields = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, var value, ..]
                && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                fields[name] = number;
            }
        }

        return fields;
    }
}
