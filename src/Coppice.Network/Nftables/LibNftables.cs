using System.Runtime.InteropServices;

namespace Coppice.Network.Nftables;

/// <summary>
/// libnftables in this process: no process is started for a change. The context's netlink socket belongs to the network namespace
/// of the thread that made it. Not thread-safe.
/// </summary>
internal sealed partial class LibNftables : INftRunner
{
    private const string Library = "libnftables.so.1";
    private const uint OutputTerse = 1 << 11;

    // It waits with select(), which ends the whole process for a descriptor of 1024 or more.
    private const int DescriptorsMax = 1024;

    private nint _context;

    private LibNftables(nint context) => _context = context;

    /// <summary>Null where the library is not installed, or cannot be used because so many files and connections are open already.</summary>
    public static LibNftables? TryOpen()
    {
        if (!HasDescriptors() || !NativeLibrary.TryLoad(Library, typeof(LibNftables).Assembly, null, out _))
        {
            return null;
        }

        var context = New(0);
        if (context == 0)
        {
            return null;
        }
        // Without this, errors would go to this process's own standard error.
        return BufferError(context) == 0 && BufferOutput(context) == 0 ? new LibNftables(context) : null;
    }

    public string? Run(string batch, bool isTrial)
    {
        SetDryRun(_context, isTrial);
        if (RunFromBuffer(_context, batch) == 0)
        {
            return null;
        }

        return Marshal.PtrToStringUTF8(ErrorBuffer(_context)) is { Length: > 0 } error ? error.Trim() : "nftables gave no reason";
    }

    public string? Read(string command, bool hasElements)
    {
        SetOutputFlags(_context, hasElements ? 0 : OutputTerse);
        SetDryRun(_context, false);
        return RunFromBuffer(_context, command) == 0 ? Marshal.PtrToStringUTF8(OutputBuffer(_context)) ?? "" : null;
    }

    public void Dispose()
    {
        if (_context == 0)
        {
            return;
        }

        Free(_context);
        _context = 0;
    }

    // The kernel gives out the lowest number that is free: the library's socket gets one near to this.
    private static bool HasDescriptors()
    {
        using var next = File.OpenHandle("/dev/null");
        return next.DangerousGetHandle() < DescriptorsMax / 2;
    }

    [LibraryImport(Library, EntryPoint = "nft_ctx_new")]
    private static partial nint New(uint flags);

    [LibraryImport(Library, EntryPoint = "nft_ctx_free")]
    private static partial void Free(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_error")]
    private static partial int BufferError(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_output")]
    private static partial int BufferOutput(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_set_dry_run")]
    private static partial void SetDryRun(nint context, [MarshalAs(UnmanagedType.U1)] bool isDry);

    [LibraryImport(Library, EntryPoint = "nft_ctx_output_set_flags")]
    private static partial void SetOutputFlags(nint context, uint flags);

    [LibraryImport(Library, EntryPoint = "nft_ctx_get_output_buffer")]
    private static partial nint OutputBuffer(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_get_error_buffer")]
    private static partial nint ErrorBuffer(nint context);

    [LibraryImport(Library, EntryPoint = "nft_run_cmd_from_buffer", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RunFromBuffer(nint context, string batch);
}
