using System.Globalization;
using System.Runtime.InteropServices;

namespace Coppice.Node.Host;

/// <summary>A process of this machine as it was when it was looked at.</summary>
/// <param name="State">The letter of proc(5): T is stopped by a signal, Z has ended.</param>
/// <param name="StartedAt">In hundredths of a second since the machine started. Numbers are given out again; number and start are not.</param>
public readonly record struct HostProcess(int Id, char State, int Parent, long StartedAt)
{
    public const int SignalKill = 9;
    public const int SignalTerminate = 15;

    public bool IsStopped => State == 'T';

    public static IEnumerable<HostProcess> All() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => Find(int.Parse(name!, CultureInfo.InvariantCulture))).OfType<HostProcess>();

    /// <summary>Null if there is no such process, or none any more.</summary>
    public static HostProcess? Find(int id)
    {
        try
        {
            // 12 (a name (of any kind)) S 1 …: after the name the third field of proc(5) comes first; the start is the 22nd.
            var stat = KernelFiles.TextOf($"/proc/{id}/stat");
            var fields = stat.AsSpan(stat.LastIndexOf(')') + 2);
            Span<Range> at = stackalloc Range[22 - 3 + 2];
            fields.Split(at, ' ');
            return new HostProcess(id, fields[0], int.Parse(fields[at[4 - 3]], CultureInfo.InvariantCulture), long.Parse(fields[at[22 - 3]], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Empty when it has ended.</summary>
    public static IReadOnlyList<string> CommandLine(int id)
    {
        try
        {
            return KernelFiles.TextOf($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Ends it, unless it has ended, and its number is another's by now.</summary>
    public void Kill()
    {
        if (Find(Id) is { } now && now.StartedAt == StartedAt)
        {
            Signal(Id, SignalKill);
        }
    }

    // The answer is of no use: a process that is gone is what was wanted. Numbers below 2 mean whole groups of processes, or the machine's first.
    public static void Signal(int id, int signal) => _ = id > 1 ? SignalCall(id, signal) : 0;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SignalCall(int id, int signal);
}
