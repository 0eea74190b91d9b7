using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Coppice.Cel.Patterns;

namespace Coppice.Kubelet;

/// <summary>
/// The log that the process of this node writes, where that is a file. An entry is a line that begins with a moment (UTC), and those
/// without one that follow it.
/// </summary>
/// <param name="path">Beside it is what it had before it was moved away, with the ending ".1".</param>
/// <param name="booted">When the machine was started.</param>
public sealed class OwnLog(string path, Func<DateTimeOffset> booted)
{
    private const string Moment = "yyyy-MM-dd HH:mm:ss.fff";

    /// <summary>The services whose log this is: there is no kubelet beside us.</summary>
    public static readonly IReadOnlyList<string> Services = ["coppice", "kubelet"];

    /// <summary>Writes what of it is asked for, as journalctl would of a journal.</summary>
    public async Task CopyAsync(NodeLogQuery query, Stream output, CancellationToken stop)
    {
        if (query.Boot < 0)
        {
            await NodeLogs.SayAsync(output, $"\n{path} does not tell one start of the machine from another\ntry without specifying boot\n", stop);
            return;
        }

        var kept = new Queue<string>();
        foreach (var entry in Chosen(query))
        {
            if (query.TailLines is not { } lines)
            {
                await NodeLogs.SayAsync(output, entry, stop);
                continue;
            }

            kept.Enqueue(entry);
            if (kept.Count > lines)
            {
                kept.Dequeue();
            }
        }

        foreach (var entry in kept)
        {
            await NodeLogs.SayAsync(output, entry, stop);
        }
    }

    private IEnumerable<string> Chosen(NodeLogQuery query)
    {
        var since = query.SinceTime;
        if (query.Boot == 0 && booted() is var start && (since is null || since < start))
        {
            since = start;
        }

        var pattern = query.Pattern is { } wanted ? PatternOf(wanted) : null;
        return from entry in Entries()
               where since is null || entry.At >= since
               where query.UntilTime is null || entry.At <= query.UntilTime
               where pattern is null || pattern.IsMatch(entry.Text.TrimEnd('\n'))
               select entry.Text;
    }

    /// <summary>As journalctl has it: who writes no large letter means small and large ones.</summary>
    private static Regex? PatternOf(string pattern) =>
        Re2Pattern.TryMake(pattern.Any(char.IsUpper) ? pattern : $"(?i){pattern}", out var regex, out _) ? regex : null;

    private IEnumerable<(DateTimeOffset At, string Text)> Entries()
    {
        var (at, text) = (DateTimeOffset.MinValue, new StringBuilder());
        foreach (var line in Lines())
        {
            if (MomentOf(line) is { } begun)
            {
                if (text.Length > 0)
                {
                    yield return (at, text.ToString());
                }

                at = begun;
                text.Clear();
            }

            text.Append(line).Append('\n');
        }

        if (text.Length > 0)
        {
            yield return (at, text.ToString());
        }
    }

    private IEnumerable<string> Lines() => ((string[])[path + ".1", path]).Where(File.Exists).SelectMany(File.ReadLines);

    private static DateTimeOffset? MomentOf(string line) =>
        line.Length > Moment.Length && DateTimeOffset.TryParseExact(
            line.AsSpan(0, Moment.Length), Moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : null;
}
