using Coppice.Objects;

namespace Coppice.ApiServer.Usage;

/// <summary>What was used between two looks. Pure.</summary>
internal static class UsageRate
{
    // Shorter than this, the counters say more about the moment than about the use.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    /// <param name="before">Null if the earlier look did not see it: then it is measured since its start.</param>
    /// <returns>Processor and memory; nothing if one of them is not known yet.</returns>
    public static (ValueMap<Quantity> Usage, TimeSpan Window) Between(UsageTotals last, DateTimeOffset at, UsageTotals? before, DateTimeOffset? beforeAt)
    {
        // One that was started anew counts from nothing again.
        var isSame = before is { } one && one.Since == last.Since && one.CpuNanoseconds <= last.CpuNanoseconds;
        var (since, from) = isSame ? (beforeAt ?? last.Since, before!.Value.CpuNanoseconds ?? 0) : (last.Since, 0);
        var window = TimeSpan.FromMilliseconds(Math.Floor((at - since).TotalMilliseconds));
        if (window < Shortest || last is not { CpuNanoseconds: { } cpu, MemoryBytes: { } memory })
        {
            return (default, window);
        }

        var rate = Quantity.FromNanos((long)((cpu - from) / window.TotalSeconds));
        return (new([new("cpu", rate), new("memory", Quantity.FromBytes(memory))]), window);
    }
}
