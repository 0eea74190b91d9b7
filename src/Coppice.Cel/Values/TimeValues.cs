namespace Coppice.Cel.Values;

/// <summary>A moment between the years 1 and 9999, to the nanosecond.</summary>
public sealed class TimestampValue : CelValue
{
    public const long NanosPerSecond = 1_000_000_000;

    public const long SmallestSeconds = -62135596800;
    public const long LargestSeconds = 253402300799;

    private TimestampValue(long seconds, int nanos)
    {
        Seconds = seconds;
        Nanos = nanos;
    }

    /// <summary>Since 1970.</summary>
    public long Seconds { get; }

    /// <summary>0 to 999 999 999 after that.</summary>
    public int Nanos { get; }

    public override string TypeName => "google.protobuf.Timestamp";

    private Int128 TotalNanos => (Int128)Seconds * NanosPerSecond + Nanos;

    /// <summary>The moment, or the error that it is out of range.</summary>
    public static CelValue Of(long seconds, int nanos = 0) =>
        seconds is < SmallestSeconds or > LargestSeconds ? new ErrorValue("timestamp overflow") : new TimestampValue(seconds, nanos);

    public static CelValue Of(DateTimeOffset time) =>
        Of(Math.DivRem(time.UtcTicks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond) is var (seconds, ticks) && ticks < 0 ? seconds - 1 : seconds,
            (int)((ticks + (ticks < 0 ? TimeSpan.TicksPerSecond : 0)) * 100));

    public override bool EqualTo(CelValue other) => other is TimestampValue time && time.Seconds == Seconds && time.Nanos == Nanos;

    public int CompareTo(TimestampValue other) => TotalNanos.CompareTo(other.TotalNanos);

    public CelValue Add(DurationValue duration) => OfTotal(TotalNanos + duration.Nanos);

    public CelValue Subtract(DurationValue duration) => OfTotal(TotalNanos - duration.Nanos);

    public CelValue Subtract(TimestampValue other) => DurationValue.Of(TotalNanos - other.TotalNanos);

    /// <summary>To a ten-millionth of a second.</summary>
    public DateTime ToDateTime() => DateTime.UnixEpoch.AddTicks(Seconds * TimeSpan.TicksPerSecond + Nanos / 100);

    private static CelValue OfTotal(Int128 nanos)
    {
        var (seconds, rest) = Int128.DivRem(nanos, NanosPerSecond);
        return rest < 0 ? Of((long)(seconds - 1), (int)(rest + NanosPerSecond)) : Of((long)seconds, (int)rest);
    }
}

/// <summary>A span of time of up to 292 years, in nanoseconds.</summary>
public sealed class DurationValue(long nanos) : CelValue
{
    public long Nanos { get; } = nanos;

    public override string TypeName => "google.protobuf.Duration";

    public static CelValue Of(Int128 nanos) =>
        nanos < long.MinValue || nanos > long.MaxValue ? new ErrorValue("duration overflow") : new DurationValue((long)nanos);

    public override bool EqualTo(CelValue other) => other is DurationValue duration && duration.Nanos == Nanos;
}
