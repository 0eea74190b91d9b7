using System.Globalization;
using System.Runtime.InteropServices;

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
        foreach (var (start, end) in DescriptionsIn(File.ReadLines(Mappings), AppContext.BaseDirectory))
        {
            _ = Advise(start, end - start, NotNeeded);
        }
    }

    /// <summary>Where the second mappings of a directory's assemblies are.</summary>
    /// <param name="mappings">Lines as of proc(5): first and last address, rights, offset, device, inode, path.</param>
    /// <param name="directory">With a slash at its end.</param>
    public static IEnumerable<(ulong Start, ulong End)> DescriptionsIn(IEnumerable<string> mappings, string directory) =>
        from line in mappings
        let path = line.IndexOf('/')
        where path > 0 && line.AsSpan(path).StartsWith(directory)
        let fields = line.Split(' ', 3)
        where fields[1] == AsOnDisk
        let addresses = fields[0].Split('-')
        select (AddressOf(addresses[0]), AddressOf(addresses[1]));

    private static ulong AddressOf(string hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(ulong start, ulong length, int advice);
}
