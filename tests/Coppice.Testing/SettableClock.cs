namespace Coppice.Testing;

/// <summary>A machine's clock, which can be set, over one that goes evenly: timers and the steady counter do not notice.</summary>
public sealed class SettableClock(TimeProvider steady) : TimeProvider
{
    /// <summary>By how much it is ahead; negative for behind.</summary>
    public TimeSpan Ahead { get; set; }

    public override long TimestampFrequency => steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + Ahead;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        steady.CreateTimer(callback, state, dueTime, period);
}
