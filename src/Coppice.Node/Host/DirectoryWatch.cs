using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coppice.Node.Host;

/// <summary>
/// Tells of each change in directories: what is made there, goes, or gets another name. The base library's own waits in a buffer among
/// managed objects for good; the collector cannot move that, and all that was garbage before it stays in memory, some megabytes of a start.
/// </summary>
internal sealed class DirectoryWatch : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4;

    // IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE and IN_DELETE; IN_DELETE_SELF.
    private const uint Changes = 0x40 | 0x80 | 0x100 | 0x200;
    private const uint Removal = 0x400;

    /// <summary>Of some hundred changes: those that do not fit are told next.</summary>
    private const int BufferBytes = 4096;

    private readonly SafeFileHandle _events;
    private readonly Action _changed;

    // Held by whoever ends: the one that wakes, and the thread that closes.
    private readonly Lock _ending = new();
    private volatile bool _ended;

    private DirectoryWatch(SafeFileHandle events, Action changed) => (_events, _changed) = (events, changed);

    /// <param name="changed">Called on a thread of its own, once for some changes or for one.</param>
    /// <exception cref="IOException">The machine has no more of them to give.</exception>
    public static DirectoryWatch Start(Action changed)
    {
        var events = inotify_init1(CloseOnExec);
        if (events.IsInvalid)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }

        var watch = new DirectoryWatch(events, changed);
        new Thread(watch.Listen) { IsBackground = true, Name = "directories" }.Start();
        return watch;
    }

    /// <summary>From now on changes of this one are told, too; not of those below it. It may be one already, or gone.</summary>
    /// <exception cref="IOException">The machine has no more watches to give.</exception>
    public void Add(string directory)
    {
        if (inotify_add_watch(_events, directory, Changes) < 0 && Directory.Exists(directory))
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    public void Dispose()
    {
        lock (_ending)
        {
            _ended = true;
            if (!_events.IsClosed)
            {
                // The end of any watch is told to whoever waits.
                _ = inotify_rm_watch(_events, inotify_add_watch(_events, "/", Removal));
            }
        }
    }

    private void Listen()
    {
        Span<byte> buffer = stackalloc byte[BufferBytes];
        while (read(_events, ref MemoryMarshal.GetReference(buffer), BufferBytes) > 0 || Marshal.GetLastPInvokeError() == Interrupted)
        {
            if (_ended)
            {
                break;
            }

            _changed();
        }

        lock (_ending)
        {
            _events.Dispose();
        }
    }

#pragma warning disable SA1300, IDE1006 // The kernel's names.
    [DllImport("libc", SetLastError = true)]
    private static extern SafeFileHandle inotify_init1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int inotify_add_watch(SafeFileHandle events, string path, uint mask);

    [DllImport("libc")]
    private static extern int inotify_rm_watch(SafeFileHandle events, int watch);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(SafeFileHandle file, ref byte buffer, nint length);
#pragma warning restore SA1300, IDE1006
}
