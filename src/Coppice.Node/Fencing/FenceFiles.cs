using System.Globalization;
using Coppice.Client;
using Coppice.Node.Host;

namespace Coppice.Node.Fencing;

/// <summary>
/// What an agent and its guard tell each other, in memory (below /run), so that no disk that is full or slow comes between them: the
/// lease, its end in milliseconds of uptime and then a pod a line; and when the guard last looked at it.
/// </summary>
internal sealed class FenceFiles(string directory)
{
    private readonly string _lease = Path.Combine(directory, "lease");
    private readonly string _look = Path.Combine(directory, "look");

    /// <returns>Null where there is none (any more): nothing is to be guarded.</returns>
    public FenceLease? Lease() => Lines(_lease) is [var until, .. var pods] && Number(until) is { } end ? new(end, pods) : null;

    public void Write(FenceLease lease) => Replace(_lease, string.Join('\n', lease.Pods.Prepend(Text(lease.Until))));

    /// <summary>When the guard last looked; null if it never did.</summary>
    public TimeSpan? Look() => Lines(_look) is [var at, ..] ? Number(at) : null;

    public void WriteLook(TimeSpan at) => Replace(_look, Text(at));

    /// <summary>The guard goes.</summary>
    public void RemoveLook()
    {
        if (File.Exists(_look))
        {
            File.Delete(_look);
        }
    }

    private static void Replace(string file, string text)
    {
        OwnFiles.MakePrivateDirectory(Path.GetDirectoryName(file)!);
        OwnFiles.WritePrivate(file + ".new", text);
        LinuxCalls.Rename(file + ".new", file);
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static TimeSpan? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private static string Text(TimeSpan span) => ((long)span.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
