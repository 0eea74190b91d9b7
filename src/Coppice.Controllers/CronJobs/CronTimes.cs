using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.Controllers.CronJobs;

/// <summary>The times of a schedule around now.</summary>
/// <param name="Due">The last one that has come and that no Job was made for yet.</param>
/// <param name="Missed">How many have come since a Job was made, the due one included; counting ends when it makes no difference.</param>
/// <param name="Next">The first that is to come.</param>
internal readonly record struct CronTimes(DateTimeOffset? Due, int Missed, DateTimeOffset? Next)
{
    /// <summary>Beyond so many, somebody should look after it.</summary>
    public const int ManyMissed = 100;

    // No schedule is finer.
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // Nobody waits for us to walk through a year of minutes: of a long time only the end is looked at.
    private static readonly TimeSpan[] Steps = [TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(62), TimeSpan.FromDays(366 * 2)];

    public static CronTimes Of(CronJob cron, CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset now)
    {
        var since = cron.Status.LastScheduleTime ?? Begun(cron, now);
        if (cron.Spec.StartingDeadlineSeconds is { } seconds && now.After(-Spans.Seconds(seconds)) is var earliest && earliest > since)
        {
            since = earliest;
        }

        var next = schedule.After(now, zone);
        var (missed, due) = (0, (DateTimeOffset?)null);
        for (var at = schedule.After(since, zone); at <= now; at = schedule.After(at.Value, zone))
        {
            (due, missed) = (at, missed + 1);
            if (missed > ManyMissed)
            {
                due = LastBefore(schedule, zone, at.Value, now);
                break;
            }
        }

        return new(due, missed, next);
    }

    /// <summary>Since when times count of one that has had no Job. Made in the future, it was before the clock was set back, and what comes now counts.</summary>
    private static DateTimeOffset Begun(CronJob cron, DateTimeOffset now) => cron.Metadata.CreationTimestamp is { } made && made <= now ? made : now - Minute;

    private static DateTimeOffset LastBefore(CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset known, DateTimeOffset now)
    {
        foreach (var step in Steps)
        {
            var start = now - step > known ? now - step : known;
            DateTimeOffset? last = null;
            for (var at = schedule.After(start, zone); at <= now; at = schedule.After(at.Value, zone))
            {
                last = at;
            }

            if (last is not null)
            {
                return last.Value;
            }
        }

        return known;
    }
}
