using System.Globalization;
using System.Runtime.InteropServices;

namespace Coppice.Composition;

/// <summary>
/// The pages of programs and libraries that this process has mapped. Its start goes through most of them and the rest of its life through
/// few, but they stay until the machine has no other memory left.
/// </summary>
internal static class ProgramPages
{
    // MADV_PAGEOUT of Linux 5.4. What nobody else has mapped goes, and is read again when it is needed; what was written stays as it is.
    private const int PageOut = 21;

    /// <summary>Gives back those that nobody uses. A kernel that cannot leaves everything as it is.</summary>
    public static void LetGo()
    {
        foreach (var (start, length) in File.ReadLines("/proc/self/maps").Select(FileRange).OfType<(nint, nint)>())
        {
            _ = Advise(start, length, PageOut);
        }
    }

    /// <summary>From a line of proc(5)'s maps: where a file is mapped; null for memory of another kind.</summary>
    internal static (nint Start, nint Length)? FileRange(string line)
    {
        var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (fields is not [var range, _, _, _, not "0", ['/', ..] path] || path.EndsWith(" (deleted)", StringComparison.Ordinal))
        {
            return null;
        }

        var ends = range.Split('-');
        var (start, end) = (Address(ends[0]), Address(ends[1]));
        return (start, end - start);
    }

    private static nint Address(string hexadecimal) => (nint)ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(nint start, nint length, int advice);
}
