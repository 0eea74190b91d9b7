using Coppice.Controllers.CronJobs;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.CronJobs;

public sealed class CronJobTests : IDisposable
{
    private readonly ControlPlane _plane = new();

    public void Dispose() => _plane.Dispose();

    [Fact]
    public void A_job_is_made_when_it_is_due()
    {
        _plane.Create(Cron("*/5 * * * *"));
        Assert.Empty(_plane.Api.All<Job>());

        _plane.Advance(TimeSpan.FromMinutes(5));

        var job = Assert.Single(_plane.Api.All<Job>());
        var due = Status.LastScheduleTime!.Value;
        Assert.Equal(0, due.Minute % 5);
        Assert.Equal($"tick-{due.ToUnixTimeSeconds() / 60}", job.Metadata.Name);
        Assert.Equal(ApiTime.Write(due), job.Metadata.Annotations[JobLabels.ScheduledTime]);
        Assert.Equal(job.Metadata.Name, Assert.Single(Status.Active).Name);
        Assert.Contains($"SuccessfulCreate Created job {job.Metadata.Name}", _plane.Events);
    }

    [Theory]
    [InlineData("Allow", 2, 2)]
    [InlineData("Forbid", 1, 1)]
    [InlineData("Replace", 1, 1)]
    public void What_happens_to_a_job_that_still_runs_is_the_policys(string policy, int jobs, int active)
    {
        _plane.Create(Cron("*/5 * * * *", spec => spec with { ConcurrencyPolicy = policy }));
        _plane.Advance(TimeSpan.FromMinutes(5));
        var first = Assert.Single(_plane.Api.All<Job>()).Metadata.Name;

        _plane.Advance(TimeSpan.FromMinutes(5));
        _plane.RunPods();

        Assert.Equal((jobs, active), (_plane.Api.All<Job>().Count, Status.Active.Count));
        Assert.Equal(policy != "Replace", _plane.Api.All<Job>().Any(job => job.Metadata.Name == first));
    }

    [Fact]
    public void Only_so_many_finished_jobs_are_kept()
    {
        _plane.Create(Cron("*/5 * * * *", spec => spec with { SuccessfulJobsHistoryLimit = 1 }));
        for (var i = 0; i < 3; i++)
        {
            _plane.Advance(TimeSpan.FromMinutes(5));
            foreach (var pod in _plane.Api.All<Pod>())
            {
                _plane.Api.SetPod(pod.Metadata.Name!, one => one with { Status = one.Status with { Phase = PodPhase.Succeeded } });
            }

            _plane.Settle();
        }

        Assert.Single(_plane.Api.All<Job>());
        Assert.Empty(Status.Active);
        Assert.NotNull(Status.LastSuccessfulTime);
        Assert.Contains(_plane.Events, text => text.StartsWith("SawCompletedJob Saw completed job: tick-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_suspended_one_makes_nothing()
    {
        _plane.Create(Cron("* * * * *", spec => spec with { Suspend = true }));
        _plane.Advance(TimeSpan.FromHours(1));

        Assert.Empty(_plane.Api.All<Job>());
    }

    [Theory]
    [InlineData(1, null, 1, null)]
    [InlineData(90, null, 90, null)]
    [InlineData(60 * 24 * 400, null, 101, "TooManyMissedTimes")]
    [InlineData(60 * 24 * 400, 600L, 10, null)]
    public void Of_all_that_was_missed_only_the_last_is_made_up_for(int minutes, long? deadline, int missed, string? news)
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 30, TimeSpan.Zero);
        var cron = Cron("* * * * *", spec => spec with { StartingDeadlineSeconds = deadline }) with { Status = new() { LastScheduleTime = now.AddSeconds(-30).AddMinutes(-minutes) } };
        Assert.True(CronSchedule.TryParse("* * * * *", out var schedule, out _));

        var times = CronTimes.Of(cron, schedule, TimeZoneInfo.Utc, now);
        var plan = CronJobPlanner.Plan(cron with { Metadata = cron.Metadata with { Uid = "u" } }, [], now);

        Assert.Equal((missed, now.AddSeconds(-30), now.AddSeconds(30)), (times.Missed, times.Due, times.Next));
        Assert.Equal(news, plan.News.Select(one => one.Reason).FirstOrDefault());
        Assert.Equal($"tick-{now.AddSeconds(-30).ToUnixTimeSeconds() / 60}", plan.Create!.Metadata.Name);
    }

    [Theory]
    [InlineData("Allow", null)]
    [InlineData("Forbid", null)]
    [InlineData("Replace", null)]
    [InlineData("Allow", JobConditionType.Complete)]
    [InlineData("Replace", JobConditionType.Complete)]
    public void A_time_whose_job_was_made_but_not_written_down_gets_no_second_one(string policy, string? end)
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 30, TimeSpan.Zero);
        var due = now.AddSeconds(-30);
        var cron = Cron("* * * * *", spec => spec with { ConcurrencyPolicy = policy, SuccessfulJobsHistoryLimit = 0 }) with { Status = new() { LastScheduleTime = due.AddMinutes(-1) } };
        Job made = new()
        {
            Metadata = new() { Name = $"tick-{due.ToUnixTimeSeconds() / 60}", Namespace = "default", Uid = "j" },
            Status = new() { StartTime = due, Conditions = end is null ? [] : [new() { Type = end, Status = ConditionStatus.True }] },
        };

        var first = CronJobPlanner.Plan(cron, [made], now);
        Assert.Equal((null, due), (first.Create, first.Status.LastScheduleTime));
        Assert.Empty(first.Delete);
        Assert.Equal(end is null ? 1 : 0, first.Status.Active.Count);

        var second = CronJobPlanner.Plan(cron with { Status = first.Status }, [made], now);
        Assert.Null(second.Create);
        Assert.Equal(end is null ? 0 : 1, second.Delete.Count);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public void One_that_was_made_before_the_clock_was_set_back_begins_now(int seconds, bool isMade)
    {
        var due = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var cron = Cron("0 * * * *");
        var late = cron with { Metadata = cron.Metadata with { CreationTimestamp = due.AddHours(3) } };
        Assert.Equal(isMade, CronJobPlanner.Plan(late, [], due.AddSeconds(seconds)).Create is not null);
    }

    [Fact]
    public void Who_comes_too_late_comes_not_at_all()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 30, 0, TimeSpan.Zero);
        var cron = Cron("0 * * * *", spec => spec with { StartingDeadlineSeconds = 60 }) with { Status = new() { LastScheduleTime = now.AddHours(-2) } };

        Assert.Null(CronJobPlanner.Plan(cron, [], now).Create);
        Assert.Equal(now.AddMinutes(30), CronJobPlanner.Plan(cron, [], now).NextLookAt);
    }

    [Fact]
    public void A_date_that_no_year_has_is_told_of()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 30, 0, TimeSpan.Zero);
        var plan = CronJobPlanner.Plan(Cron("59 23 31 2 *") with { Status = new() { LastScheduleTime = now.AddHours(-2) } }, [], now);

        Assert.Equal(
            new CronNews("Warning", "InvalidSchedule", "invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second"),
            Assert.Single(plan.News));
        Assert.Null(plan.NextLookAt);
    }

    private CronJobStatus Status => _plane.Api.Get<CronJob>("tick").Status;

    private static CronJob Cron(string schedule, Func<CronJobSpec, CronJobSpec>? with = null)
    {
        var template = Samples.Template();
        var spec = new CronJobSpec
        {
            Schedule = schedule,
            JobTemplate = new() { Spec = new() { Template = template with { Metadata = new(), Spec = template.Spec with { RestartPolicy = "Never" } } } },
        };
        return new() { Metadata = new() { Name = "tick", Namespace = "default" }, Spec = with?.Invoke(spec) ?? spec };
    }
}
