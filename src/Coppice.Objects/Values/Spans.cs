namespace Coppice.Objects;

/// <summary>
/// Spans of time from numbers that anybody may have written. Kubernetes allows whatever fits the field; what is longer than can be
/// counted is the longest there is, and never an overflow.
/// </summary>
public static class Spans
{
    /// <summary>
    /// 292 years: the whole seconds that Kubernetes itself can count in one span (2^63 ns). A date of these centuries and such a span
    /// together are still a date.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(9_223_372_036);

    /// <summary>What timers take at most, which is 49 days.</summary>
    public static readonly TimeSpan TimerMax = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public static TimeSpan Seconds(long seconds) =>
        TimeSpan.FromSeconds(Math.Clamp(seconds, -(long)Longest.TotalSeconds, (long)Longest.TotalSeconds));

    /// <summary>For a timer that may also fire early: whoever must not be woken before its time looks again, or uses <see cref="DelayAsync"/>.</summary>
    public static TimeSpan ForTimer(this TimeSpan span) => span < TimerMax ? span : TimerMax;

    /// <summary>A moment and a span together; what would be beyond all dates is the last one, or the first.</summary>
    public static DateTimeOffset After(this DateTimeOffset at, TimeSpan span)
    {
        if (span > DateTimeOffset.MaxValue - at)
        {
            return DateTimeOffset.MaxValue;
        }

        return span < DateTimeOffset.MinValue - at ? DateTimeOffset.MinValue : at + span;
    }

    /// <summary>Waits, however long it is. Returns at once for what is not above zero.</summary>
    public static async Task DelayAsync(TimeSpan span, TimeProvider time, CancellationToken stop)
    {
        var left = span;
        for (; left > TimerMax; left -= TimerMax)
        {
            await Task.Delay(TimerMax, time, stop);
        }

        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, stop);
        }
    }
}
