namespace Coppice.Node.Host;

/// <param name="FileSystem">Its type: ext4, overlay, tmpfs …</param>
public sealed record MountEntry(string MountPoint, string FileSystem)
{
    public bool Holds(string path) => MountPoint == "/" || path == MountPoint || path.StartsWith(MountPoint + "/", StringComparison.Ordinal);
}

/// <summary>The mounts this process sees, in the order in which they were made.</summary>
public static class MountTable
{
    public static IReadOnlyList<MountEntry> Read() => Parse(File.ReadAllText("/proc/self/mountinfo"));

    /// <summary>
    /// Whether something is mounted at a path. A node full of pods has a long table: it is read only where the kernel says no, which an
    /// old one always does.
    /// </summary>
    public static bool IsMounted(string path) => LinuxCalls.IsMountPoint(path) || Read().Any(one => one.MountPoint == path);

    // "36 35 98:0 /root /mount/point options - type source options"; blanks in a path are \040.
    internal static IReadOnlyList<MountEntry> Parse(string mountInfo) =>
        [.. mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-", 6);
            return new MountEntry(Unescape(fields[4]), fields[dash + 1]);
        })];

    // What stands behind each backslash begins with three digits: the kernel escapes the backslash itself, too.
    private static string Unescape(string path) =>
        path.Contains('\\')
            ? string.Concat(path.Split('\\').Select((part, index) => index == 0 ? part : $"{(char)Convert.ToInt32(part[..3], 8)}{part[3..]}"))
            : path;
}
