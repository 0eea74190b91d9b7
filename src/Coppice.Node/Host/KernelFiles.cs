using System.Buffers;
using System.Text;

namespace Coppice.Node.Host;

/// <summary>
/// Files that the kernel makes up as they are read, below /proc and /sys. They are small, and read every few seconds: a reader of its own
/// for each, with its buffers, would be most of what an idle node allocates.
/// </summary>
public static class KernelFiles
{
    /// <summary>Most have less than this many bytes; for others it grows.</summary>
    private const int UsualBytes = 4096;

    /// <summary>The whole text.</summary>
    /// <exception cref="IOException">It is not there, or what it tells of went meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this process.</exception>
    public static string TextOf(string path)
    {
        using var file = File.OpenHandle(path);
        var buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
        try
        {
            var length = 0;
            while (RandomAccess.Read(file, buffer.AsSpan(length), length) is > 0 and var count)
            {
                length += count;
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
