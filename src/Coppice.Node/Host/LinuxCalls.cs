using System.Runtime.InteropServices;

namespace Coppice.Node.Host;

internal enum FileKind
{
    Missing,
    Plain,
    Directory,
    Socket,
    CharacterDevice,
    BlockDevice,
    Other,
}

/// <summary>The few calls of the kernel that the base library has not.</summary>
internal static class LinuxCalls
{
    private const int DetachLazily = 2;
    private const int ReadOnly = 1;
    private const int Remount = 0x20;
    private const int BindMount = 0x1000;
    private const int NoOwner = -1;
    private const int BootTime = 7;
    private const int CurrentDirectory = -100;
    private const uint StatType = 1;
    private const uint StatFileNumber = 0x100;
    private const int NoLinks = 0x100;
    private const ulong MountRoot = 0x2000;

    /// <summary>Mounts a file system in memory.</summary>
    /// <param name="sizeBytes">Null for the kernel's default, half of the memory.</param>
    /// <param name="group">Whom it belongs to; null for root.</param>
    /// <returns>Null, or why it could not be.</returns>
    public static string? MountTmpfs(string directory, long? sizeBytes, UnixFileMode mode, long? group)
    {
        var options = $"mode={Convert.ToString((int)mode, 8)}" + (group is { } id ? Option("gid", id) : "") + (sizeBytes is { } size ? Option("size", size) : "");
        return mount("tmpfs", directory, "tmpfs", 0, options) == 0 ? null : Marshal.GetLastPInvokeErrorMessage();
    }

    /// <summary>Mounts the files of an image, so that nobody can write to them.</summary>
    /// <returns>Null, or why it could not be.</returns>
    public static string? MountImage(ImageMount wanted, string directory)
    {
        if (wanted.Layered() is var (common, layers, others))
        {
            using var root = LinuxFiles.Find(common);
            var lower = string.Join(':', layers.Select(one => $"/proc/self/fd/{root.DangerousGetHandle()}/{one}"));
            return mount(wanted.Source, directory, wanted.Type, ReadOnly, string.Join(',', [$"lowerdir={lower}", .. others])) == 0 ? null : Marshal.GetLastPInvokeErrorMessage();
        }

        // A bind is as writable as what it shows, until it is told otherwise.
        return mount(wanted.Source, directory, "", BindMount, "") == 0 && mount("", directory, "", BindMount | Remount | ReadOnly, "") == 0
            ? null
            : Marshal.GetLastPInvokeErrorMessage();
    }

    private static string Option(string name, long number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $",{name}={number}");

    public static void Unmount(string directory)
    {
        if (umount2(directory, DetachLazily) != 0)
        {
            throw new IOException($"{directory} cannot be unmounted: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Changes the owner of a path itself, not of what a link leads to.</summary>
    public static void SetOwner(string path, long? user, long? group)
    {
        if (lchown(path, (int)(user ?? NoOwner), (int)(group ?? NoOwner)) != 0)
        {
            throw new IOException($"the owner of {path} cannot be changed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Puts a file or link in the place of another at once. The base library's move looks through links to directories.</summary>
    public static void Rename(string from, string to)
    {
        if (rename(from, to) != 0)
        {
            throw new IOException($"{from} cannot be renamed to {to}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>What a path leads to, links followed.</summary>
    public static FileKind KindOf(string path)
    {
        var status = new StatusBuffer();
        if (statx(CurrentDirectory, path, 0, StatType, ref status) != 0)
        {
            return FileKind.Missing;
        }

        return (status.Mode & 0xF000) switch
        {
            0x8000 => FileKind.Plain,
            0x4000 => FileKind.Directory,
            0xC000 => FileKind.Socket,
            0x2000 => FileKind.CharacterDevice,
            0x6000 => FileKind.BlockDevice,
            _ => FileKind.Other,
        };
    }

    /// <summary>The device that a node stands for, links not followed; null where the path is none.</summary>
    /// <exception cref="IOException">There is nothing; the message is the kernel's.</exception>
    public static DeviceNumber? DeviceOf(string path)
    {
        var status = new StatusBuffer();
        if (statx(CurrentDirectory, path, NoLinks, StatType, ref status) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage().ToLowerInvariant());
        }

        return (status.Mode & 0xF000) switch
        {
            0x2000 => new("c", status.DeviceMajor, status.DeviceMinor),
            0x6000 => new("b", status.DeviceMajor, status.DeviceMinor),
            0x1000 => new("p", 0, 0),
            _ => null,
        };
    }

    /// <summary>The number that tells a file from every other one of its file system; 0 when it is not there.</summary>
    public static ulong FileNumberOf(string path)
    {
        var status = new StatusBuffer();
        return statx(CurrentDirectory, path, 0, StatFileNumber, ref status) == 0 ? status.FileNumber : 0;
    }

    /// <summary>What tells the file system that a path is on from every other one that is mounted; 0 when it is not there.</summary>
    public static ulong FileSystemOf(string path)
    {
        var status = new StatusBuffer();
        return statx(CurrentDirectory, path, 0, StatType, ref status) == 0 ? ((ulong)status.FileSystemMajor << 32) | status.FileSystemMinor : 0;
    }

    /// <summary>Whether something is mounted at a path itself; false where the kernel (before 5.8) cannot tell.</summary>
    public static bool IsMountPoint(string path)
    {
        var status = new StatusBuffer();
        return statx(CurrentDirectory, path, NoLinks, StatType, ref status) == 0 && (status.Attributes & MountRoot) != 0;
    }

    /// <summary>How long the machine has been up, the time in which it slept among it.</summary>
    public static TimeSpan Uptime()
    {
        var now = new long[2];
        return clock_gettime(BootTime, now) == 0
            ? TimeSpan.FromSeconds(now[0]) + TimeSpan.FromMicroseconds(now[1] / 1000)
            : throw new IOException($"the machine does not tell how long it has been up: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int clock_gettime(int clock, [Out] long[] time);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref StatusBuffer status);

    [DllImport("libc", SetLastError = true)]
    private static extern int mount(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target, [MarshalAs(UnmanagedType.LPUTF8Str)] string type,
        nuint flags, [MarshalAs(UnmanagedType.LPUTF8Str)] string data);

    [DllImport("libc", SetLastError = true)]
    private static extern int rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport("libc", SetLastError = true)]
    private static extern int umount2([MarshalAs(UnmanagedType.LPUTF8Str)] string target, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int owner, int group);

    // struct statx is the same on every machine; only these of its fields are of interest.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatusBuffer
    {
        [FieldOffset(8)]
        public ulong Attributes;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong FileNumber;

        [FieldOffset(128)]
        public uint DeviceMajor;

        [FieldOffset(132)]
        public uint DeviceMinor;

        [FieldOffset(136)]
        public uint FileSystemMajor;

        [FieldOffset(140)]
        public uint FileSystemMinor;
    }
}

/// <param name="Type">b (block), c (character) or p (a FIFO, which has no numbers).</param>
internal readonly record struct DeviceNumber(string Type, uint Major, uint Minor);
