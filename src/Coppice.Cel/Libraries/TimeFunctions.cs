using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>The parts of moments and durations. Without a time zone, a moment is seen in UTC.</summary>
internal static class TimeFunctions
{
    public static IEnumerable<Overload> Overloads =>
    [
        .. Part("getFullYear", "year", (t, _) => t.Year),
        .. Part("getMonth", "month", (t, _) => t.Month - 1),
        .. Part("getDayOfYear", "day_of_year", (t, _) => t.DayOfYear - 1),
        .. Part("getDayOfMonth", "day_of_month", (t, _) => t.Day - 1),
        .. Part("getDate", "day_of_month_1_based", (t, _) => t.Day),
        .. Part("getDayOfWeek", "day_of_week", (t, _) => (int)t.DayOfWeek),
        .. Part("getHours", "hours", (t, _) => t.Hour),
        .. Part("getMinutes", "minutes", (t, _) => t.Minute),
        .. Part("getSeconds", "seconds", (t, _) => t.Second),
        .. Part("getMilliseconds", "milliseconds", (_, nanos) => nanos / 1_000_000),
        Whole("getHours", "duration_to_hours", nanos => nanos / 3_600_000_000_000),
        Whole("getMinutes", "duration_to_minutes", nanos => nanos / 60_000_000_000),
        Whole("getSeconds", "duration_to_seconds", nanos => nanos / 1_000_000_000),
        Whole("getMilliseconds", "duration_to_milliseconds", nanos => nanos / 1_000_000 % 1000),
    ];

    private static Overload Whole(string function, string id, Func<long, long> part) =>
        Member(function, id, [CelType.Duration], CelType.Int, a => IntValue.Of(part(((DurationValue)a[0]).Nanos)));

    private static IEnumerable<Overload> Part(string function, string id, Func<DateTime, int, int> part) =>
    [
        Member(function, $"timestamp_to_{id}", [CelType.Timestamp], CelType.Int, a => IntValue.Of(part(((TimestampValue)a[0]).ToDateTime(), ((TimestampValue)a[0]).Nanos))),
        Member(function, $"timestamp_to_{id}_with_tz", [CelType.Timestamp, CelType.String], CelType.Int, a => InZone((TimestampValue)a[0], ((StringValue)a[1]).Value, part)),
    ];

    private static CelValue InZone(TimestampValue time, string zone, Func<DateTime, int, int> part)
    {
        var signed = zone is ['+' or '-', ..] ? zone : $"+{zone}";
        if (TimeText.ReadOffset(signed) is { } seconds)
        {
            return TimestampValue.Of(time.Seconds + seconds, time.Nanos) is TimestampValue moved ? IntValue.Of(part(moved.ToDateTime(), moved.Nanos)) : new ErrorValue("timestamp overflow");
        }

        // Only names of the database of time zones, none of the machine's own, and never a path.
        return zone.Length is > 0 and < 64 && !zone.Contains("..", StringComparison.Ordinal) && zone[0] != '/' && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? IntValue.Of(part(TimeZoneInfo.ConvertTimeFromUtc(time.ToDateTime(), found), time.Nanos))
            : new ErrorValue($"unknown time zone {zone}");
    }
}
