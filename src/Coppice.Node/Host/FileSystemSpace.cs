using System.Runtime.InteropServices;

namespace Coppice.Node.Host;

/// <summary>The room on a file system, in bytes and in files.</summary>
public sealed record FileSystemSpace(long CapacityBytes, long AvailableBytes, long UsedBytes, long Files, long FilesFree)
{
    /// <summary>Tells the file system from every other one of the machine.</summary>
    public ulong Device { get; init; }

    /// <summary>The one that a path is on; null if there is no such path.</summary>
    public static FileSystemSpace? Of(string path)
    {
        if (statvfs(path, out var stat) != 0)
        {
            return null;
        }

        var block = (long)stat.FragmentSize;
        return new(
            (long)stat.Blocks * block, (long)stat.BlocksAvailable * block, (long)(stat.Blocks - stat.BlocksFree) * block, (long)stat.Files, (long)stat.FilesFree)
        {
            Device = LinuxCalls.FileSystemOf(path),
        };
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int statvfs([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out Statvfs stat);

    /// <summary>As 64-bit Linux lays it out.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    private struct Statvfs
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong BlocksFree;
        public ulong BlocksAvailable;
        public ulong Files;
        public ulong FilesFree;
    }
}
