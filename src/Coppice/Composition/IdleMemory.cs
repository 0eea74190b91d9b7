using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// Gives memory back once a burst of work is over. The collector keeps what a burst needed for the next one, which is right for a
/// program that has the machine to itself; this one shares it with what it runs.
/// </summary>
/// <param name="allocated">Bytes allocated since the start of the process.</param>
/// <param name="held">Bytes that were in use when garbage was collected last.</param>
/// <param name="collect">Gives back what is not used.</param>
internal sealed partial class IdleMemory(Func<long> allocated, Func<long> held, Action collect, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Bytes allocated between two looks below which nobody is at work: heartbeats and audits allocate less.</summary>
    private const long Quiet = 16 << 20;

    /// <summary>Bytes allocated since the last time that make it worth a pause, of some 10 ms then: what an idle node allocates in a quarter of a minute.</summary>
    private const long Worthwhile = 1 << 20;

    /// <summary>The pause is as long as there is much in use: so much of that must have been allocated anew.</summary>
    private const int WorthwhilePart = 4;

    public static IdleMemory OfThisProcess(TimeProvider time, ILogger log) =>
        new(() => GC.GetTotalAllocatedBytes(), () => GC.GetGCMemoryInfo().HeapSizeBytes, () => Collect(log), time);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, time);
        using var ending = stop.Register(timer.Dispose);
        var (lastLook, lastCollection) = (0L, 0L);
        while (await timer.WaitForNextTickAsync())
        {
            var now = allocated();
            if (now - lastLook < Quiet && now - lastCollection > Math.Max(Worthwhile, held() / WorthwhilePart))
            {
                collect();
                lastCollection = now;
            }

            lastLook = now;
        }
    }

    private static void Collect(ILogger log)
    {
        var (before, paused) = (GC.GetGCMemoryInfo().TotalCommittedBytes, GC.GetTotalPauseDuration());
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
        ProgramFiles.LetGoOfDescriptions();
        LogCollected(log, before >> 20, GC.GetGCMemoryInfo().TotalCommittedBytes >> 20, (GC.GetTotalPauseDuration() - paused).TotalMilliseconds);
    }

    [LoggerMessage(1006, LogLevel.Debug, "Idle: the heap went from {Before} to {After} MiB in {Pause:n0} ms")]
    private static partial void LogCollected(ILogger log, long before, long after, double pause);
}
