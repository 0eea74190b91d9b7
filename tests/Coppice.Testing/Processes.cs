using System.Globalization;
using System.Runtime.InteropServices;

namespace Coppice.Testing;

/// <summary>Signals by their Linux numbers.</summary>
public enum Signal
{
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>What /proc says about the machine's processes.</summary>
public static partial class Processes
{
    /// <summary>Sends a signal; nothing happens if the process is gone.</summary>
    public static void Signal(int id, Signal signal) => _ = Kill(id, (int)signal);

    /// <summary>All process numbers.</summary>
    public static IEnumerable<int> All() =>
        from path in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(path)
        where char.IsAsciiDigit(name[0])
        select int.Parse(name, CultureInfo.InvariantCulture);

    /// <summary>The arguments, program first; empty for kernel threads and processes that are gone.</summary>
    public static IReadOnlyList<string> CommandLine(int id) => Read(id, "cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The whole of a file under /proc/ID, or nothing if the process is gone.</summary>
    public static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Of one line of /proc/ID/status, what is after the colon: <c>StatusField(id, "PPid")</c>.</summary>
    public static string StatusField(int id, string field) =>
        Read(id, "status").Split('\n').FirstOrDefault(line => line.StartsWith($"{field}:", StringComparison.Ordinal))?[(field.Length + 1)..].Trim() ?? "";

    /// <summary>What one of the namespaces of a process is called, such as <c>net:[4026531840]</c>; null if it is gone.</summary>
    public static string? Namespace(int id, string kind)
    {
        try
        {
            return new FileInfo($"/proc/{id}/ns/{kind}").LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The processes below these, and these.</summary>
    public static IReadOnlyList<int> WithDescendants(IEnumerable<int> ids)
    {
        var children = All().ToLookup(id => int.TryParse(StatusField(id, "PPid"), CultureInfo.InvariantCulture, out var parent) ? parent : 0);
        var found = new List<int>(ids);
        for (var at = 0; at < found.Count; at++)
        {
            found.AddRange(children[found[at]].Where(child => !found.Contains(child)));
        }

        return found;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int id, int signal);
}
