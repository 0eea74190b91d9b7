namespace Coppice.Configuration;

/// <summary>
/// What a server was started with, kept in its data directory, so that nobody has to say it again: option names with their values, a
/// line each.
/// </summary>
internal static class RememberedOptions
{
    /// <summary>The option that makes a machine a node of a cluster elsewhere.</summary>
    public const string Join = "--join";

    /// <summary>The option that names the node.</summary>
    public const string NodeName = "--node-name";

    private const string Heading = "# What the cluster was started with. \"coppice up\" and \"coppice run\" take it from here, unless they are told otherwise.";

    /// <returns>By the options' names; empty where none are remembered.</returns>
    public static IReadOnlyDictionary<string, string> Read(DataLayout layout) => File.Exists(layout.Options)
        ? Parse(File.ReadLines(layout.Options))
        : new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Replaces what was remembered.</summary>
    /// <returns>False if the disk would not take it, and what was remembered before stays.</returns>
    public static bool Write(DataLayout layout, IReadOnlyDictionary<string, string> options) =>
        SettingsFile.Replace(layout.Options, string.Concat(options.Select(one => $"{one.Key} {one.Value}\n").Prepend(Heading + "\n")));

    internal static SortedDictionary<string, string> Parse(IEnumerable<string> lines)
    {
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.StartsWith("--", StringComparison.Ordinal)))
        {
            var words = line.Split(' ', 2, StringSplitOptions.TrimEntries);
            options[words[0]] = words.ElementAtOrDefault(1) ?? "";
        }

        return options;
    }
}
