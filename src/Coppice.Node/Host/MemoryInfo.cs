using System.Globalization;

namespace Coppice.Node.Host;

/// <summary>What the kernel says of the machine's memory.</summary>
internal static class MemoryInfo
{
    /// <summary>A field of <c>/proc/meminfo</c>, in bytes; 0 where the kernel has none of that name.</summary>
    public static long Of(string field)
    {
        foreach (var line in KernelFiles.TextOf("/proc/meminfo").AsSpan().EnumerateLines())
        {
            // MemTotal:       24683668 kB
            if (line.StartsWith($"{field}:"))
            {
                return long.Parse(line[(field.Length + 1)..].TrimEnd("kB"), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
            }
        }

        return 0;
    }
}
