using System.Globalization;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.CronJobs;

/// <summary>Which Job of a CronJob to make, which to remove, and what to say of it.</summary>
internal static class CronJobPlanner
{
    /// <param name="jobs">All that it controls.</param>
    public static CronJobPlan Plan(CronJob cron, IReadOnlyList<Job> jobs, DateTimeOffset now)
    {
        var news = new List<CronNews>();
        var status = Observe(cron, jobs, news);
        List<Job> delete = [.. TooOld(cron, jobs)];
        if (cron.Metadata.DeletionTimestamp is not null || cron.Spec.Suspend == true || Read(cron, news) is not (var schedule, var zone))
        {
            return new(delete, null, null, status, news, null);
        }

        var times = CronTimes.Of(cron, schedule, zone, now);
        if (times.Next is null)
        {
            // A date that no year has. In Kubernetes the search ends at the same time twice.
            news.Add(new("Warning", "InvalidSchedule", $"invalid schedule: {cron.Spec.Schedule} : time difference between two schedules is less than 1 second"));
        }

        if (times.Missed > CronTimes.ManyMissed)
        {
            news.Add(new("Warning", "TooManyMissedTimes", "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"));
        }

        if (times.Due is not { } due)
        {
            return new(delete, null, null, status, news, times.Next);
        }

        // It was made, and that was not written. Nor is it cleared up before that is: a time without a Job would be due again.
        var name = NameAt(cron, due);
        if (jobs.Any(job => job.Metadata.Name == name))
        {
            return new([.. delete.Where(job => job.Metadata.Name != name)], null, null, status with { LastScheduleTime = due }, news, times.Next);
        }

        if (cron.Spec.StartingDeadlineSeconds is { } seconds && due.After(Spans.Seconds(seconds)) < now)
        {
            news.Add(new("Warning", "MissSchedule", $"Missed scheduled time to start a job: {due.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000"));
            return new(delete, null, null, status, news, times.Next);
        }

        var running = jobs.Where(job => !JobConditions.IsFinished(job.Status)).ToList();
        if (running.Count > 0 && cron.Spec.ConcurrencyPolicy == ConcurrencyPolicy.Forbid)
        {
            news.Add(new("Normal", "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid"));
            return new(delete, null, null, status, news, times.Next);
        }

        if (cron.Spec.ConcurrencyPolicy == ConcurrencyPolicy.Replace)
        {
            delete.AddRange(running.Where(job => job.Metadata.DeletionTimestamp is null));
            status = status with { Active = [] };
        }

        return new(delete, Make(cron, zone, due), due, status, news, times.Next);
    }

    public static ObjectReference ReferenceTo(Job job) => new()
    {
        Kind = nameof(Job),
        ApiVersion = "batch/v1",
        Namespace = job.Metadata.Namespace,
        Name = job.Metadata.Name,
        Uid = job.Metadata.Uid,
        ResourceVersion = job.Metadata.ResourceVersion,
    };

    private static (CronSchedule Schedule, TimeZoneInfo Zone)? Read(CronJob cron, List<CronNews> news)
    {
        var zone = TimeZoneInfo.Utc;
        if (cron.Spec.TimeZone is { } name && !TimeZones.TryFind(name, out zone, out var why))
        {
            news.Add(new("Warning", "UnknownTimeZone", $"invalid timeZone: \"{name}\": {why}"));
            return null;
        }

        if (!CronSchedule.TryParse(cron.Spec.Schedule, out var schedule, out var wrong))
        {
            news.Add(new("Warning", "UnparseableSchedule", $"unparseable schedule: \"{cron.Spec.Schedule}\" : {wrong}"));
            return null;
        }

        return (schedule, zone);
    }

    /// <summary>Which of its Jobs are not over, and when one last succeeded.</summary>
    private static CronJobStatus Observe(CronJob cron, IReadOnlyList<Job> jobs, List<CronNews> news)
    {
        var status = cron.Status;
        var active = new List<ObjectReference>();
        foreach (var known in status.Active)
        {
            if (jobs.FirstOrDefault(job => job.Metadata.Uid == known.Uid) is not { } job)
            {
                news.Add(new("Normal", "MissingJob", $"Active job went missing: {known.Name}"));
            }
            else if (JobConditions.IsFinished(job.Status))
            {
                var how = JobConditions.IsTrue(job.Status, JobConditionType.Complete) ? JobConditionType.Complete : JobConditionType.Failed;
                news.Add(new("Normal", "SawCompletedJob", $"Saw completed job: {job.Metadata.Name}, condition: {how}"));
            }
            else
            {
                active.Add(known);
            }
        }

        foreach (var job in jobs.Where(job => !JobConditions.IsFinished(job.Status) && active.All(known => known.Uid != job.Metadata.Uid)))
        {
            // Its reference was not written: we crashed in between.
            news.Add(new("Warning", "UnexpectedJob", $"Saw a job that the controller did not create or forgot: {job.Metadata.Name}"));
            active.Add(ReferenceTo(job));
        }

        var success = jobs.Where(job => JobConditions.IsTrue(job.Status, JobConditionType.Complete)).Select(job => job.Status.CompletionTime).Max();
        return status with
        {
            Active = active.ToValueList(),
            LastSuccessfulTime = status.LastSuccessfulTime is null || success > status.LastSuccessfulTime ? success ?? status.LastSuccessfulTime : status.LastSuccessfulTime,
        };
    }

    private static IEnumerable<Job> TooOld(CronJob cron, IReadOnlyList<Job> jobs) =>
        Oldest(jobs, JobConditionType.Complete, cron.Spec.SuccessfulJobsHistoryLimit).Concat(Oldest(jobs, JobConditionType.Failed, cron.Spec.FailedJobsHistoryLimit));

    private static IEnumerable<Job> Oldest(IReadOnlyList<Job> jobs, string how, int? limit)
    {
        var over = jobs
            .Where(job => job.Metadata.DeletionTimestamp is null && JobConditions.IsTrue(job.Status, how))
            .OrderBy(job => job.Status.StartTime)
            .ThenBy(job => job.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        return over.Take(Math.Max(0, over.Count - (limit ?? int.MaxValue)));
    }

    /// <summary>After its time, so that one time never gets two Jobs.</summary>
    private static string NameAt(CronJob cron, DateTimeOffset due) => $"{cron.Metadata.Name}-{due.ToUnixTimeSeconds() / 60}";

    private static Job Make(CronJob cron, TimeZoneInfo zone, DateTimeOffset due)
    {
        var template = cron.Spec.JobTemplate;
        var local = TimeZoneInfo.ConvertTime(due, zone);
        var stamp = local.Offset == TimeSpan.Zero ? ApiTime.Write(due) : local.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        return new()
        {
            Metadata = new()
            {
                Name = NameAt(cron, due),
                Namespace = cron.Metadata.Namespace,
                Labels = template.Metadata.Labels,
                Annotations = template.Metadata.Annotations.With(JobLabels.ScheduledTime, stamp),
                OwnerReferences = [ControllerRef.To(cron)],
            },
            Spec = template.Spec,
        };
    }
}
