using System.Globalization;

namespace Coppice.Objects.Tests.Semantics;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-03-01T12:00:30Z", "2026-03-01T12:01:00Z")]
    [InlineData("*/15 * * * *", "2026-03-01T12:00:00Z", "2026-03-01T12:15:00Z")]
    [InlineData("5-10/5,30 2 * * *", "2026-03-01T02:05:00Z", "2026-03-01T02:10:00Z")]
    [InlineData("0 0 1 jan ?", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("0 9 * * MON-FRI", "2026-03-06T10:00:00Z", "2026-03-09T09:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 30 2 *", "2026-03-01T00:00:00Z", null)]
    [InlineData("@hourly", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z")]
    [InlineData("@weekly", "2026-03-02T12:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("@every 1h30m", "2026-03-01T12:00:00Z", "2026-03-01T13:30:00Z")]
    public void The_next_time_is_the_first_that_fits(string text, string after, string? next) =>
        Assert.Equal(next is null ? null : Time(next), Parse(text).After(Time(after), TimeZoneInfo.Utc));

    [Theory]
    [InlineData("0 8 * * *", "2026-03-01T12:00:00Z", "2026-03-02T07:00:00Z")]

    // The clocks are put forward from two to three: that day there is no half past two.
    [InlineData("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z")]

    // They are put back from three to two: the hour between comes twice.
    [InlineData("0 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z")]
    [InlineData("0 0 * * *", "2026-10-24T23:00:00Z", "2026-10-25T23:00:00Z")]
    public void A_time_is_that_of_its_place(string text, string after, string next) =>
        Assert.Equal(Time(next), Parse(text).After(Time(after), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));

    [Theory]
    [InlineData("", "empty spec string")]
    [InlineData("* * * *", "expected exactly 5 fields, found 4: [* * * *]")]
    [InlineData("@often", "unrecognized descriptor: @often")]
    [InlineData("60 * * * *", "end of range (60) above maximum (59): 60")]
    [InlineData("* * 0 * *", "beginning of range (0) below minimum (1): 0")]
    [InlineData("* * * * 7", "end of range (7) above maximum (6): 7")]
    [InlineData("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1")]
    [InlineData("*/0 * * * *", "step of range should be a positive number: */0")]
    [InlineData("1-2-3 * * * *", "too many hyphens: 1-2-3")]
    [InlineData("1/2/3 * * * *", "too many slashes: 1/2/3")]
    [InlineData("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax")]
    public void What_makes_no_sense_is_refused(string text, string why)
    {
        Assert.False(CronSchedule.TryParse(text, out _, out var error));
        Assert.Equal(why, error);
    }

    [Theory]
    [InlineData("Europe/Berlin", null)]
    [InlineData("UTC", null)]
    [InlineData("", "timeZone must be nil or non-empty string")]
    [InlineData("local", "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")]
    [InlineData("Europe/Atlantis", "unknown time zone Europe/Atlantis")]
    [InlineData("../../etc/passwd", "unknown time zone ../../etc/passwd")]
    public void A_time_zone_is_one_that_there_is(string name, string? why)
    {
        Assert.Equal(why is null, TimeZones.TryFind(name, out _, out var error));
        Assert.Equal(why, error);
    }

    private static CronSchedule Parse(string text) => CronSchedule.TryParse(text, out var schedule, out var error) ? schedule : throw new FormatException(error);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
