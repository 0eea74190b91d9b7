using System.Globalization;
using System.Numerics;
using System.Text;
using Coppice.Cel.Values;

namespace Coppice.Cel.Libraries;

/// <summary>Moments as RFC 3339 writes them, durations as Go does.</summary>
internal static class TimeText
{
    private static readonly (string Unit, long Nanos)[] Units =
        [("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

    public static string Write(TimestampValue time) =>
        DateTime.UnixEpoch.AddTicks(time.Seconds * TimeSpan.TicksPerSecond).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
        + (time.Nanos == 0 ? "" : $".{time.Nanos:000000000}".TrimEnd('0')) + "Z";

    /// <summary>In seconds, as protobuf writes them.</summary>
    public static string Write(DurationValue duration)
    {
        var (seconds, nanos) = Math.DivRem(duration.Nanos, TimestampValue.NanosPerSecond);
        var sign = duration.Nanos < 0 ? "-" : "";
        var fraction = nanos == 0 ? "" : $".{Math.Abs(nanos):000000000}".TrimEnd('0');
        return $"{sign}{UInt128.CreateTruncating(Int128.Abs(seconds))}{fraction}s";
    }

    public static CelValue ReadTimestamp(string text)
    {
        var wrong = new ErrorValue("type conversion error from 'string' to 'google.protobuf.Timestamp'");
        var zone = text.EndsWith('Z') ? text.Length - 1 : text.Length - 6;
        if (zone < 19 || !DateTime.TryParseExact(text[..19], "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return wrong;
        }

        var fraction = text[19..zone];
        var nanos = 0;
        if (fraction.Length > 0 && (fraction[0] is not ('.' or ',') || fraction.Length < 2 || !fraction.AsSpan(1).ContainsAnyInRange('0', '9') || fraction.AsSpan(1).ContainsAnyExceptInRange('0', '9')))
        {
            return wrong;
        }

        if (fraction.Length > 0)
        {
            nanos = int.Parse(fraction[1..].PadRight(9, '0')[..9], CultureInfo.InvariantCulture);
        }

        return ReadOffset(text[zone..]) is { } offset
            ? TimestampValue.Of((time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond - offset, nanos)
            : wrong;
    }

    /// <summary>Of <c>Z</c>, <c>+02:00</c> or <c>-02:00</c> the seconds.</summary>
    public static long? ReadOffset(string text)
    {
        if (text == "Z")
        {
            return 0;
        }

        var shaped = text.Length == 6 && text[0] is '+' or '-' && text[3] == ':';
        return shaped
            && int.TryParse(text.AsSpan(1, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && int.TryParse(text.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && hours < 24 && minutes < 60
                ? (text[0] == '-' ? -1 : 1) * (hours * 3600L + minutes * 60L)
                : null;
    }

    public static CelValue ReadDuration(string text)
    {
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        if (rest is "0")
        {
            return new DurationValue(0);
        }

        BigInteger total = 0;
        var any = false;
        while (rest.Length is > 0 and < 200)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || rest[..digits].Count('.') > 1 || rest[..digits] is "." || !TakeUnit(rest[digits..], out var unit, out var length))
            {
                any = false;
                break;
            }

            var point = rest[..digits].IndexOf('.');
            var scale = point < 0 ? 0 : digits - point - 1;
            var number = BigInteger.Parse(rest[..digits].ToString().Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            total += number * unit / BigInteger.Pow(10, scale);
            rest = rest[(digits + length)..];
            any = true;
        }

        total = negative ? -total : total;
        return any && rest.IsEmpty && total >= long.MinValue && total <= long.MaxValue
            ? new DurationValue((long)total)
            : new ErrorValue("type conversion error from 'string' to 'google.protobuf.Duration'");
    }

    private static bool TakeUnit(ReadOnlySpan<char> text, out long nanos, out int length)
    {
        var end = text.IndexOfAny("0123456789.");
        var unit = (end < 0 ? text : text[..end]).ToString();
        (var found, nanos) = Array.Find(Units, one => one.Unit == unit);
        length = unit.Length;
        return found is not null;
    }
}
