using System.Globalization;
using System.Runtime.InteropServices;
using Coppice.Node.Host;

namespace Coppice.Composition;

/// <summary>
/// The program's own files in the memory of this process. The runtime maps each assembly twice: once to run it, and once more as it
/// lies on the disk, to read the descriptions of its types, methods and attributes. Those are looked up when something is used for the
/// first time, and hardly ever again.
/// </summary>
internal static class ProgramFiles
{
    private const string Mappings = "/proc/self/maps";

    /// <summary>Shared with the file and never written to: what is let go of is there again, from the kernel's cache, when it is read.</summary>
    private const string AsOnDisk = "r--s";

    // MADV_DONTNEED of mman.h.
    private const int NotNeeded = 4;

    /// <summary>Lets go of what was looked up in the assemblies' second mappings. The next one to look there waits a microsecond for it.</summary>
    public static void LetGoOfDescriptions()
    {
        foreach (var (start, end) in DescriptionsIn(KernelFiles.TextOf(Mappings), AppContext.BaseDirectory))
        {
            _ = Advise(start, end - start, NotNeeded);
        }
    }

    /// <summary>Where the second mappings of a directory's assemblies are.</summary>
    /// <param name="mappings">Lines as of proc(5): first and last address, rights, offset, device, inode, path. There are a thousand: none becomes a text of its own.</param>
    /// <param name="directory">With a slash at its end.</param>
    public static IReadOnlyList<(ulong Start, ulong End)> DescriptionsIn(string mappings, string directory)
    {
        var found = new List<(ulong, ulong)>();
        foreach (var line in mappings.AsSpan().EnumerateLines())
        {
            var (to, rights, path) = (line.IndexOf('-'), line.IndexOf(' '), line.IndexOf('/'));
            if (path > 0 && line[path..].StartsWith(directory) && line[(rights + 1)..].StartsWith(AsOnDisk))
            {
                found.Add((AddressOf(line[..to]), AddressOf(line[(to + 1)..rights])));
            }
        }

        return found;
    }

    private static ulong AddressOf(ReadOnlySpan<char> hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(ulong start, ulong length, int advice);
}
