using System.Globalization;

namespace Coppice.Commands.Status;

/// <summary>What one kind of process of the cluster uses now.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="MemoryBytes">Resident, all together.</param>
/// <param name="CpuSeconds">Since they started.</param>
/// <param name="StartedAt">When the oldest did; null if there is none.</param>
internal sealed record ProcessUse(string Name, int Count, long MemoryBytes, double CpuSeconds, DateTimeOffset? StartedAt)
{
    // Linux tells user space all times in hundredths of a second, whatever its own tick is.
    private const double TicksPerSecond = 100;

    public static ProcessUse Of(string name, IReadOnlyList<int> ids)
    {
        var seen = ids.Select(Read).OfType<(long Memory, double Cpu, DateTimeOffset Start)>().ToList();
        return new ProcessUse(name, seen.Count, seen.Sum(one => one.Memory), seen.Sum(one => one.Cpu), seen.Count == 0 ? null : seen.Min(one => one.Start));
    }

    /// <summary>The processes with all of these words on their command line, the first in the program's name.</summary>
    public static IReadOnlyList<int> WithCommandLine(string program, string word) =>
        [.. from directory in Directory.EnumerateDirectories("/proc")
            let id = int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var number) ? number : 0
            where id > 0
            let line = Text($"/proc/{id}/cmdline").Split('\0')
            where Path.GetFileName(line[0]).StartsWith(program, StringComparison.Ordinal) && line.Contains(word)
            select id];

    private static (long Memory, double Cpu, DateTimeOffset Start)? Read(int id)
    {
        var stat = Text($"/proc/{id}/stat");
        if (stat.Length == 0)
        {
            return null;
        }
        // The name, in brackets, may hold spaces. After it the third field of proc(5) is the first: utime is 14, stime 15, starttime 22.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = Number(fields[14 - 3]) + Number(fields[15 - 3]);
        return (Resident(id), ticks / TicksPerSecond, BootedAt() + TimeSpan.FromSeconds(Number(fields[22 - 3]) / TicksPerSecond));
    }

    private static long Resident(int id) => Number(Field(Text($"/proc/{id}/status"), "VmRSS:")) * 1024;

    private static DateTimeOffset BootedAt() => DateTimeOffset.FromUnixTimeSeconds(Number(Field(Text("/proc/stat"), "btime")));

    private static string Field(string text, string name) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1] ?? "0";

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";      // it ended meanwhile
        }
    }
}
