using System.Runtime.InteropServices;

namespace Coppice.Composition;

/// <summary>What the C library's malloc holds for this process: TLS, the compiler, SQLite and nftables work in it, managed code does not.</summary>
internal static class NativeHeap
{
    /// <summary>
    /// By itself the library makes eight arenas for each processor, and over hours every one fills up with what is free between what
    /// lives long. Little is allocated at once here, and what is small is found in a thread's own cache.
    /// </summary>
    private const int Arenas = 2;

    /// <summary>
    /// Bytes that may stay free at the end of an arena: the library's own beginning, which otherwise grows with the largest block that
    /// was ever given back, up to 64 MiB, and which <see cref="Trim"/> does nothing about but in the first arena.
    /// </summary>
    private const int FreeAtEnd = 128 << 10;

    // M_ARENA_MAX and M_TRIM_THRESHOLD of malloc.h.
    private const int ArenaMax = -8;
    private const int TrimThreshold = -1;

    /// <summary>To be called while the process has few threads: an arena that there is stays. What <c>up</c> starts is told before.</summary>
    public static void Limit()
    {
        _ = SetOption(ArenaMax, Arenas);
        _ = SetOption(TrimThreshold, FreeAtEnd);
    }

    /// <summary>Gives the kernel the pages that are held for the next call of malloc.</summary>
    public static void Trim() => _ = TrimAllocator(0);

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int TrimAllocator(nuint keep);
}
