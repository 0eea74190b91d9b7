using System.Buffers;
using System.Globalization;

namespace Coppice.Objects;

/// <summary>Spans of time as Go writes them, and so all messages of Kubernetes: 85ms, 1.204s, 1m20s, 5m0s, 1h0m0s.</summary>
public static class GoDuration
{
    // More are beyond what a span can hold, or finer than it can tell.
    private const int LongestNumber = 20;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    // In ticks.
    private static readonly Dictionary<string, decimal> Units = new(StringComparer.Ordinal)
    {
        ["ns"] = 0.01m,
        ["us"] = TimeSpan.TicksPerMicrosecond,
        ["µs"] = TimeSpan.TicksPerMicrosecond,
        ["μs"] = TimeSpan.TicksPerMicrosecond,
        ["ms"] = TimeSpan.TicksPerMillisecond,
        ["s"] = TimeSpan.TicksPerSecond,
        ["m"] = TimeSpan.TicksPerMinute,
        ["h"] = TimeSpan.TicksPerHour,
    };

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
    public static TimeSpan? Parse(string text) => Read(text, out _);

    /// <summary>Reads what Go reads; what is finer than a tick is cut off, and what is longer than a span can be is refused.</summary>
    /// <param name="error">In Go's words, if this is no duration.</param>
    public static TimeSpan? Read(string text, out string? error)
    {
        var rest = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        error = rest.IsEmpty ? Invalid(text) : null;
        var ticks = 0m;
        while (!rest.IsEmpty && rest is not "0" && error is null)
        {
            error = ReadPart(text, ref rest, ref ticks);
        }

        error ??= ticks > TimeSpan.MaxValue.Ticks ? Invalid(text) : null;
        return error is null ? TimeSpan.FromTicks((long)ticks * (text[0] == '-' ? -1 : 1)) : null;
    }

    private static string? ReadPart(string text, ref ReadOnlySpan<char> rest, ref decimal ticks)
    {
        var digits = rest.IndexOfAnyExcept(Digits) is var end and >= 0 ? end : rest.Length;
        if (digits > LongestNumber || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return Invalid(text);
        }

        rest = rest[digits..];
        var letters = rest.IndexOfAny(Digits) is var next and >= 0 ? next : rest.Length;
        var unit = rest[..letters].ToString();
        rest = rest[letters..];
        if (unit.Length == 0)
        {
            return $"time: missing unit in duration \"{text}\"";
        }

        if (!Units.TryGetValue(unit, out var length))
        {
            return $"time: unknown unit \"{unit}\" in duration \"{text}\"";
        }

        ticks += number * length;
        return null;
    }

    private static string Invalid(string text) => $"time: invalid duration \"{text}\"";

    private static string Seconds(Int128 ticks) => Number(ticks % TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond) + "s";

    private static string Number(Int128 ticks, long unit) => ((decimal)ticks / unit).ToString("0.#######", CultureInfo.InvariantCulture);
}
