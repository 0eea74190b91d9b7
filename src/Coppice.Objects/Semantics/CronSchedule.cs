using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Coppice.Objects;

/// <summary>When something is due, as cron knows it: five fields of minute, hour, day, month and weekday, or a name such as "@daily".</summary>
public sealed class CronSchedule
{
    // Beyond this nothing is due: the 30th of February.
    private const int YearsMax = 5;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private readonly Field[] _fields;
    private readonly TimeSpan? _every;

    private CronSchedule(Field[] fields, TimeSpan? every) => (_fields, _every) = (fields, every);

    /// <param name="error">In the words of the library that Kubernetes reads schedules with.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? error)
    {
        schedule = null;
        if (text.Length == 0)
        {
            error = "empty spec string";
            return false;
        }

        if (text.StartsWith("@every ", StringComparison.Ordinal))
        {
            return TryParseEvery(text["@every ".Length..], out schedule, out error);
        }

        if (text[0] == '@' && !Names.TryGetValue(text, out _))
        {
            error = $"unrecognized descriptor: {text}";
            return false;
        }

        var words = (text[0] == '@' ? Names[text] : text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 5)
        {
            error = $"expected exactly 5 fields, found {words.Length}: [{string.Join(' ', words)}]";
            return false;
        }

        (int Least, int Most, string[] Named)[] bounds = [(0, 59, []), (0, 23, []), (1, 31, []), (1, 12, Months), (0, 6, Weekdays)];
        var fields = new Field[5];
        for (var i = 0; i < fields.Length; i++)
        {
            error = Field.Parse(words[i], bounds[i], out fields[i]);
            if (error is not null)
            {
                return false;
            }
        }

        (schedule, error) = (new(fields, null), null);
        return true;
    }

    /// <summary>The first time after another that something is due; null if it never is.</summary>
    public DateTimeOffset? After(DateTimeOffset time, TimeZoneInfo zone)
    {
        if (_every is { } every)
        {
            return new DateTimeOffset(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero) + every;
        }

        var at = new DateTimeOffset(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero).AddMinutes(1);
        var last = at.Year + YearsMax;
        while (at.Year <= last && at.Year < DateTimeOffset.MaxValue.Year)
        {
            var local = TimeZoneInfo.ConvertTime(at, zone);
            if (!_fields[3].Has(local.Month))
            {
                at = StartOf(new DateTime(local.Year, local.Month, 1).AddMonths(1), zone);
            }
            else if (!IsDay(local))
            {
                at = StartOf(local.Date.AddDays(1), zone);
            }
            else if (!_fields[1].Has(local.Hour))
            {
                // By the clock that is never put forward or back, so that no hour is missed or counted twice.
                at = at.AddMinutes(60 - local.Minute);
            }
            else if (!_fields[0].Has(local.Minute))
            {
                at = at.AddMinutes(1);
            }
            else
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>Where both days are restricted either of them will do.</summary>
    private bool IsDay(DateTimeOffset local)
    {
        var (byMonth, byWeek) = (_fields[2].Has(local.Day), _fields[4].Has((int)local.DayOfWeek));
        return _fields[2].IsOpen || _fields[4].IsOpen ? byMonth && byWeek : byMonth || byWeek;
    }

    /// <summary>The first moment of a day, which in some places begins at one o'clock when the clocks are put forward.</summary>
    private static DateTimeOffset StartOf(DateTime day, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(day))
        {
            day = day.AddMinutes(1);
        }

        return new DateTimeOffset(day, zone.IsAmbiguousTime(day) ? zone.GetAmbiguousTimeOffsets(day).Max() : zone.GetUtcOffset(day)).ToUniversalTime();
    }

    private static bool TryParseEvery(string text, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? error)
    {
        (schedule, error) = (null, null);
        if (GoDuration.Parse(text) is not { } every)
        {
            error = $"failed to parse duration @every {text}: time: invalid duration \"{text}\"";
            return false;
        }

        // Nothing is due more often than every second.
        schedule = new([], every < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(Math.Floor(every.TotalSeconds)));
        return true;
    }

    /// <summary>The values of one field that are meant.</summary>
    /// <param name="IsOpen">It says nothing: every value is as good.</param>
    private readonly record struct Field(ulong Values, bool IsOpen)
    {
        public bool Has(int value) => (Values & (1UL << value)) != 0;

        /// <returns>What is wrong; null if nothing is.</returns>
        public static string? Parse(string text, (int Least, int Most, string[] Named) bounds, out Field field)
        {
            field = default;
            foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                if (ParseRange(part, bounds, out var range) is { } error)
                {
                    return error;
                }

                field = new(field.Values | range.Values, field.IsOpen || range.IsOpen);
            }

            return null;
        }

        private static string? ParseRange(string text, (int Least, int Most, string[] Named) bounds, out Field field)
        {
            field = default;
            var rangeAndStep = text.Split('/');
            var ends = rangeAndStep[0].Split('-');
            var (first, last, step, isOpen) = (bounds.Least, bounds.Most, 1, ends[0] is "*" or "?");
            string? error;
            if (!isOpen)
            {
                if ((error = Number(ends[0], bounds, out first)) is not null)
                {
                    return error;
                }

                last = first;
                if (ends.Length == 2 && (error = Number(ends[1], bounds, out last)) is not null)
                {
                    return error;
                }

                if (ends.Length > 2)
                {
                    return $"too many hyphens: {text}";
                }
            }

            if (rangeAndStep.Length > 2)
            {
                return $"too many slashes: {text}";
            }

            if (rangeAndStep.Length == 2)
            {
                if ((error = Number(rangeAndStep[1], (0, 0, []), out step)) is not null)
                {
                    return error;
                }

                // "2/5" goes on to the end.
                last = ends.Length == 1 ? bounds.Most : last;
                isOpen = isOpen && step <= 1;
            }

            error = first < bounds.Least ? $"beginning of range ({first}) below minimum ({bounds.Least}): {text}"
                : last > bounds.Most ? $"end of range ({last}) above maximum ({bounds.Most}): {text}"
                : first > last ? $"beginning of range ({first}) beyond end of range ({last}): {text}"
                : step == 0 ? $"step of range should be a positive number: {text}"
                : null;
            var values = 0UL;
            for (var value = first; error is null && value <= last; value += step)
            {
                values |= 1UL << value;
            }

            field = new(values, isOpen);
            return error;
        }

        private static string? Number(string text, (int Least, int Most, string[] Named) bounds, out int number)
        {
            var name = Array.IndexOf(bounds.Named, text.ToLowerInvariant());
            number = name + bounds.Least;
            if (name >= 0)
            {
                return null;
            }

            return !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
                ? $"failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax"
                : number < 0 ? $"negative number ({number}) not allowed: {text}"
                : null;
        }
    }
}
