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

    /// <summary>Null for what is no span of time.</summary>
    public static TimeSpan? Parse(string text)
    {
        var rest = text.AsSpan().TrimStart("+-");
        if (rest.IsEmpty || text.Length - rest.Length > 1)
        {
            return null;
        }

        var ticks = 0m;
        while (!rest.IsEmpty && rest is not "0")
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAny("0123456789.");
            var unit = letters < 0 ? rest : rest[..letters];
            if (TicksOf(unit) is not { } size || number > TimeSpan.MaxValue.Ticks / size)
            {
                return null;
            }

            ticks += number * size;
            rest = rest[unit.Length..];
        }

        return ticks > TimeSpan.MaxValue.Ticks ? null : TimeSpan.FromTicks((long)(text[0] == '-' ? -ticks : ticks));
    }

    private static decimal? TicksOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 0.01m,
        "us" or "µs" => TimeSpan.TicksPerMicrosecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };

    private static string Seconds(Int128 ticks) => Number(ticks % TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond) + "s";

    private static string Number(Int128 ticks, long unit) => ((decimal)ticks / unit).ToString("0.#######", CultureInfo.InvariantCulture);
}
