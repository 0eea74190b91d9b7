using System.Globalization;

namespace Coppice.Objects;

/// <summary>Spans of time as Go writes them, and so all messages of Kubernetes: 85ms, 1.204s, 1m20s, 5m0s, 1h0m0s.</summary>
public static class GoDuration
{
    public static string Write(TimeSpan duration)
    {
        var ticks = Int128.Abs(duration.Ticks);
        var sign = duration < TimeSpan.Zero ? "-" : "";
        return sign + ((long)(ticks / TimeSpan.TicksPerSecond) switch
        {
            0 when ticks == 0 => "0s",
            0 when ticks < TimeSpan.TicksPerMicrosecond => Number(ticks, 1) + "00ns",
            0 when ticks < TimeSpan.TicksPerMillisecond => Number(ticks, TimeSpan.TicksPerMicrosecond) + "µs",
            0 => Number(ticks, TimeSpan.TicksPerMillisecond) + "ms",
            < 60 => Seconds(ticks),
            < 3600 => $"{ticks / TimeSpan.TicksPerMinute}m{Seconds(ticks)}",
            _ => $"{ticks / TimeSpan.TicksPerHour}h{ticks / TimeSpan.TicksPerMinute % 60}m{Seconds(ticks)}",
        });
    }

    private static string Seconds(Int128 ticks) => Number(ticks % TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond) + "s";

    private static string Number(Int128 ticks, long unit) => ((decimal)ticks / unit).ToString("0.#######", CultureInfo.InvariantCulture);
}
