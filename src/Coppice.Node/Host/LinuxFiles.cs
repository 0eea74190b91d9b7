using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coppice.Node.Host;

/// <summary>
/// Files by descriptors, for places that somebody else can change at the same time: what a descriptor leads to stays what it was, whatever
/// happens to names. Names are bytes, as the kernel has them: a container may use any but '/' and 0.
/// </summary>
internal static class LinuxFiles
{
    private const long OpenAt2 = 437;
    private const int OnlyPath = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;
    private const int RemoveDirectoryFlag = 0x200;
    private const uint StatMode = 3;
    private const uint Permissions = 0xFFF;
    private const int TryAgain = 11;
    private const int ListBytes = 32 * 1024;
    private const int EntryNameOffset = 19;

    /// <summary>How often a path is resolved anew when names on it were changed meanwhile.</summary>
    private const int ResolveAttempts = 100;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly int OnlyDirectory = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    [Flags]
    private enum Resolve : ulong
    {
        NoMountCrossed = 1,
        NoMagicLinks = 2,
        NoLinks = 4,
        Beneath = 8,
    }

    /// <summary>A file or directory of ours by its path, without reading or waiting for it. Links are followed.</summary>
    public static SafeFileHandle Find(string path) =>
        Handle(open(path, OnlyPath | CloseOnExec, 0), path);

    /// <summary>What a path in a directory leads to. Links count as long as they stay in the directory: one that leads out fails.</summary>
    public static SafeFileHandle FindBeneath(SafeFileHandle directory, string path) =>
        OpenIn(directory, Bytes(path), OnlyPath, Resolve.Beneath | Resolve.NoMagicLinks, path);

    /// <summary>A directory by its own name in another one; fails for a link, and for what something is mounted on.</summary>
    public static SafeFileHandle OpenDirectory(SafeFileHandle directory, byte[] name) =>
        OpenIn(directory, name, OnlyDirectory | NoFollow, Resolve.Beneath | Resolve.NoLinks | Resolve.NoMountCrossed, Text(name));

    /// <summary>A directory of ours by its path, to list it.</summary>
    public static SafeFileHandle OpenDirectory(string path) =>
        Handle(open(path, OnlyDirectory | NoFollow | CloseOnExec, 0), path);

    /// <summary>Makes a directory with exactly this mode. That there is one already is no failure, and leaves it as it is.</summary>
    public static void MakeDirectory(SafeFileHandle parent, string name, UnixFileMode mode)
    {
        if (mkdirat(parent, Bytes(name), 0x1C0) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Errors.Exists)
            {
                return;
            }

            throw Failure(name, error);
        }

        using var made = OpenDirectory(parent, Bytes(name));
        if (fchmod(made, (uint)mode) != 0)
        {
            throw Failure(name, Marshal.GetLastPInvokeError());
        }
    }

    public static UnixFileMode ModeOf(SafeFileHandle file) => (UnixFileMode)(StatusOf(file) & Permissions);

    public static bool IsDirectory(SafeFileHandle file) => (StatusOf(file) & 0xF000) == 0x4000;

    public static bool IsFile(SafeFileHandle file) => (StatusOf(file) & 0xF000) == 0x8000;

    public static bool IsSocket(SafeFileHandle file) => (StatusOf(file) & 0xF000) == 0xC000;

    /// <summary>Shows a file or directory at another place too, which must be there. Nothing that is mounted below it comes along.</summary>
    public static void Bind(SafeFileHandle file, string target)
    {
        const ulong BindMount = 0x1000;
        if (mount($"/proc/self/fd/{file.DangerousGetHandle()}", target, null, (nuint)BindMount, null) != 0)
        {
            throw Failure(target, Marshal.GetLastPInvokeError());
        }
    }

    /// <returns>0, or the kernel's error.</returns>
    public static int TryDelete(SafeFileHandle directory, byte[] name, bool isDirectory) =>
        unlinkat(directory, name, isDirectory ? RemoveDirectoryFlag : 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <returns>0, or the kernel's error.</returns>
    public static int TryMove(SafeFileHandle from, byte[] name, SafeFileHandle to, byte[] newName) =>
        renameat(from, name, to, newName) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Some of the names in a directory, from where the last call ended; none at its end.</summary>
    public static IReadOnlyList<byte[]> ListSome(SafeFileHandle directory)
    {
        var buffer = new byte[ListBytes];
        var names = new List<byte[]>();
        while (names.Count == 0)
        {
            var length = (int)getdents64(directory, buffer, (nuint)buffer.Length);
            if (length < 0)
            {
                throw Failure("a directory", Marshal.GetLastPInvokeError());
            }

            if (length == 0)
            {
                break;
            }

            // struct linux_dirent64: number, offset (8 bytes each), length of the entry (2), type (1), name up to a zero.
            for (var at = 0; at < length; at += BitConverter.ToUInt16(buffer, at + 16))
            {
                var name = buffer.AsSpan(at + EntryNameOffset);
                name = name[..(name.IndexOf((byte)0) + 1)];
                if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
                {
                    names.Add(name.ToArray());
                }
            }
        }

        return names;
    }

    /// <summary>Begins to list a directory anew.</summary>
    public static void Rewind(SafeFileHandle directory) => _ = lseek(directory, 0, 0);

    /// <summary>A name as the calls here take it, with the zero at its end.</summary>
    public static byte[] Bytes(string name) => [.. System.Text.Encoding.UTF8.GetBytes(name), 0];

    public static string Text(byte[] name) => System.Text.Encoding.UTF8.GetString(name).TrimEnd('\0');

    public static LinuxFileException Failure(string path, int error) => new(path, error);

    private static uint StatusOf(SafeFileHandle file)
    {
        var status = new StatusBuffer();
        if (statx(file, [0], EmptyPath, StatMode, ref status) != 0)
        {
            throw Failure("a file", Marshal.GetLastPInvokeError());
        }

        return status.Mode;
    }

    private static SafeFileHandle OpenIn(SafeFileHandle directory, byte[] path, int flags, Resolve resolve, string name)
    {
        var how = new OpenHow { Flags = (ulong)(uint)(flags | CloseOnExec), Resolve = (ulong)resolve };
        for (var attempt = 1; ; attempt++)
        {
            var opened = (int)syscall(OpenAt2, directory, path, ref how, (nuint)Marshal.SizeOf<OpenHow>());
            // The kernel would rather not say where a path leads while something on it is renamed.
            if (opened >= 0 || Marshal.GetLastPInvokeError() != TryAgain || attempt == ResolveAttempts)
            {
                return Handle(opened, name);
            }
        }
    }

    private static SafeFileHandle Handle(int opened, string path) =>
        opened >= 0 ? new SafeFileHandle(opened, ownsHandle: true) : throw Failure(path, Marshal.GetLastPInvokeError());

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mode);

    [DllImport("libc", SetLastError = true)]
    private static extern long syscall(long number, SafeFileHandle directory, byte[] path, ref OpenHow how, nuint size);

    [DllImport("libc", SetLastError = true)]
    private static extern int mkdirat(SafeFileHandle directory, byte[] name, uint mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int fchmod(SafeFileHandle file, uint mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int unlinkat(SafeFileHandle directory, byte[] name, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int renameat(SafeFileHandle from, byte[] name, SafeFileHandle to, byte[] newName);

    [DllImport("libc", SetLastError = true)]
    private static extern nint getdents64(SafeFileHandle directory, byte[] buffer, nuint length);

    [DllImport("libc", SetLastError = true)]
    private static extern long lseek(SafeFileHandle file, long offset, int from);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(SafeFileHandle file, byte[] path, int flags, uint mask, ref StatusBuffer status);

    [DllImport("libc", SetLastError = true)]
    private static extern int mount(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target, [MarshalAs(UnmanagedType.LPUTF8Str)] string? type,
        nuint flags, [MarshalAs(UnmanagedType.LPUTF8Str)] string? data);

    /// <summary>The kernel's numbers of failures that mean something here.</summary>
    public static class Errors
    {
        public const int NotPermitted = 1;
        public const int Missing = 2;
        public const int Exists = 17;
        public const int NoDirectory = 20;
        public const int IsDirectory = 21;
        public const int NotEmpty = 39;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    // struct statx is the same on every machine; only these of its fields are of interest.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatusBuffer
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}

/// <summary>The kernel refused something of a file.</summary>
/// <param name="error">Its number.</param>
internal sealed class LinuxFileException(string path, int error) : IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}")
{
    public int Error => error;
}
