using Coppice.Controllers.Jobs;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.Jobs;

/// <summary>
/// What is done next, case by case. A pod is how it is: a active, s succeeded, f failed long ago, d on its way out; of an indexed Job with
/// its index. A plan is how many pods are made (+) or which indexes, how many are removed (-), and how the Job ends.
/// </summary>
public sealed class JobPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(3, 2, "", "+2")]
    [InlineData(3, 2, "a", "+1")]
    [InlineData(3, 2, "a a", "")]
    [InlineData(3, 2, "a a a", "-1")]
    [InlineData(3, 2, "s a", "+1")]
    [InlineData(3, 2, "s s a", "")]
    [InlineData(3, 2, "s s s", "Complete")]
    [InlineData(3, 2, "s s s a", "-1")]
    [InlineData(3, 2, "f a", "+1")]
    [InlineData(3, 2, "d a", "+1")]
    [InlineData(0, 2, "", "Complete")]
    [InlineData(3, 0, "a", "-1")]

    // Without a number the first that ends well tells the others to end, too.
    [InlineData(null, 2, "", "+2")]
    [InlineData(null, 2, "s a", "")]
    [InlineData(null, 2, "s", "Complete")]
    [InlineData(null, 2, "f f", "+2")]
    public void By_number(int? completions, int parallelism, string pods, string expected) =>
        Assert.Equal(expected, Text(Plan(Job(spec => spec with { Completions = completions, Parallelism = parallelism }), pods)));

    [Theory]
    [InlineData("", "+0,1")]
    [InlineData("a1", "+0")]
    [InlineData("s0 a1", "+2")]
    [InlineData("a0 a0", "+1 -1")]
    [InlineData("a0 a7", "+1 -1")]
    [InlineData("s0 s1 s2", "Complete")]
    [InlineData("s0 a0 a1", "+2 -1")]
    public void By_index(string pods, string expected) => Assert.Equal(
        expected, Text(Plan(Job(spec => spec with { Completions = 3, Parallelism = 2, CompletionMode = CompletionMode.Indexed }), pods)));

    [Theory]
    [InlineData("f0", 1)]
    [InlineData("f0 f7", 1)]
    [InlineData("f", 0)]
    public void A_failure_of_no_index_of_the_job_counts_for_nothing(string pods, int failed) => Assert.Equal(
        failed, Plan(Job(spec => spec with { Completions = 3, CompletionMode = CompletionMode.Indexed }), pods).Counted.Failed);

    [Fact]
    public void A_pod_that_its_job_let_go_of_is_no_failure_of_its_index()
    {
        var job = Job(spec => spec with { Completions = 1, CompletionMode = CompletionMode.Indexed, BackoffLimitPerIndex = 1 });
        var going = PodOf("d0");
        var released = going with { Metadata = going.Metadata with { Finalizers = [] } };

        Assert.Equal(0, FailuresOf(released));
        Assert.Equal(1, FailuresOf(going));

        int? FailuresOf(Pod pod) => JobPlanner.Plan(job, [pod], null, one => one.Metadata.DeletionTimestamp is not null, Now).Create[0].Before?.All;
    }

    [Fact]
    public void A_job_ends_no_sooner_than_it_began_whatever_became_of_the_clock()
    {
        var job = Job(spec => spec with { Completions = 1 });
        var late = job with { Status = job.Status with { StartTime = Now.AddHours(5) } };
        Assert.Equal(Now, JobPlanner.Plan(job, [PodOf("s")], null, _ => false, Now).Counted.CompletionTime);
        Assert.Equal(Now.AddHours(5), JobPlanner.Plan(late, [PodOf("s")], null, _ => false, Now).Counted.CompletionTime);
    }

    [Fact]
    public void A_pod_that_has_ended_is_counted_once_whoever_crashes_when()
    {
        var job = Job(spec => spec with { Completions = 2 });
        var ended = PodOf("s");
        var released = ended with { Metadata = ended.Metadata with { Finalizers = [] } };

        var first = JobPlanner.Plan(job, [ended], null, _ => false, Now);
        var noted = job with { Status = first.Noted };
        Assert.Equal((0, 1), (first.Noted.Succeeded, first.Counted.Succeeded));
        Assert.Single(first.Release);

        // After the note; after the finalizer; when the pod is gone; and after it was counted.
        Assert.Equal(1, JobPlanner.Plan(noted, [ended], null, _ => false, Now).Counted.Succeeded);
        Assert.Equal(1, JobPlanner.Plan(noted, [released], null, _ => false, Now).Counted.Succeeded);
        Assert.Equal(1, JobPlanner.Plan(noted, [], null, _ => false, Now).Counted.Succeeded);
        Assert.Equal(1, JobPlanner.Plan(job with { Status = first.Counted }, [released], null, _ => false, Now).Counted.Succeeded);
    }

    [Fact]
    public void Of_very_many_that_have_ended_some_are_counted_another_time()
    {
        var job = Job(spec => spec with { Completions = 700, Parallelism = 700 });
        List<Pod> ended = [.. Enumerable.Range(0, 700).Select(i => PodOf("s", i))];

        var first = JobPlanner.Plan(job, ended, null, _ => false, Now);
        Assert.Equal((500, 500), (first.Noted.UncountedTerminatedPods!.Succeeded.Count, first.Release.Count));
        Assert.Equal((500, false), (first.Counted.Succeeded, JobConditions.IsFinished(first.Counted)));

        var rest = ended.Except(first.Release).ToList();
        var second = JobPlanner.Plan(job with { Status = first.Counted }, rest, first.BackOff, _ => false, Now);
        Assert.Equal((700, true), (second.Counted.Succeeded, JobConditions.IsFinished(second.Counted)));
    }

    [Fact]
    public void That_more_ended_well_than_needed_is_told()
    {
        var plan = Plan(Job(spec => spec with { Completions = 1, Parallelism = 1 }), "s s");
        Assert.Equal(["TooManySucceededPods", "Completed"], plan.News.Select(one => one.Reason));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(6, 320)]
    [InlineData(7, 600)]
    [InlineData(100, 600)]
    public void The_pause_doubles_to_ten_minutes(int failures, int? seconds) =>
        Assert.Equal(seconds is { } pause ? Now.AddSeconds(pause) : null, new JobBackOff(failures, Now).Until);

    [Fact]
    public void A_failure_from_before_the_clock_was_set_back_makes_a_job_wait_no_longer_than_one_of_now()
    {
        var job = Job(spec => spec with { Completions = 2 });
        var failed = PodEnded("f", Now.AddHours(4));
        foreach (var known in (JobBackOff?[])[null, JobBackOff.None, new(1, Now.AddHours(4))])
        {
            var first = JobPlanner.Plan(job, known?.Failures > 0 ? [] : [failed], known, _ => false, Now);
            Assert.Empty(first.Create);
            Assert.Equal(Now.AddSeconds(10), first.NextLookAt);

            var noted = job with { Status = first.Counted };
            Assert.Single(JobPlanner.Plan(noted, [], first.BackOff, _ => false, Now.AddSeconds(10)).Create);
        }
    }

    [Theory]
    [InlineData(3, 13)]
    [InlineData(4 * 3600, null)]
    public void An_index_waits_for_a_node_whose_clock_goes_before_but_not_for_what_was_before_the_clock_was_set_back(int ahead, int? wait)
    {
        var job = Job(spec => spec with { Completions = 1, CompletionMode = CompletionMode.Indexed, BackoffLimitPerIndex = 2 });
        var plan = JobPlanner.Plan(job, [PodEnded("f0", Now.AddSeconds(ahead))], null, _ => false, Now);
        Assert.Equal((wait is null ? 1 : 0, wait is { } seconds ? Now.AddSeconds(seconds) : null), (plan.Create.Count, plan.NextLookAt));
    }

    private static Job Job(Func<JobSpec, JobSpec> with) => new()
    {
        Metadata = new() { Name = "work", Namespace = "default", Uid = "u" },
        Spec = with(new() { Parallelism = 1, BackoffLimit = 6, CompletionMode = CompletionMode.NonIndexed, PodReplacementPolicy = PodReplacementPolicy.TerminatingOrFailed }),
        Status = new() { StartTime = Now.AddHours(-1) },
    };

    private static JobPlan Plan(Job job, string pods) => JobPlanner.Plan(
        job, [.. pods.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(PodOf)], null, pod => pod.Metadata.DeletionTimestamp is not null, Now);

    private static Pod PodEnded(string text, DateTimeOffset at) => PodOf(text) switch
    {
        var pod => pod with { Status = pod.Status with { ContainerStatuses = [new() { Name = "c", State = new() { Terminated = new() { FinishedAt = at } } }] } },
    };

    private static Pod PodOf(string text, int number = 0) => new()
    {
        Metadata = new()
        {
            Name = $"work-{number}",
            Namespace = "default",
            Uid = $"pod-{number}",
            Finalizers = [JobLabels.TrackingFinalizer],
            Annotations = text.Length > 1 ? ValueMap.Of((JobLabels.CompletionIndex, text[1..])) : default,
            DeletionTimestamp = text[0] == 'd' ? Now : null,
        },
        Status = new()
        {
            Phase = text[0] switch { 's' => PodPhase.Succeeded, 'f' => PodPhase.Failed, _ => PodPhase.Running },
            ContainerStatuses = [new() { Name = "c", State = new() { Terminated = text[0] is 's' or 'f' ? new() { FinishedAt = Now.AddMinutes(-30) } : null } }],
        },
    };

    private static string Text(JobPlan plan)
    {
        var create = plan.Create.Count == 0 ? ""
            : plan.Create[0].Index is null ? $"+{plan.Create.Count}"
            : $"+{string.Join(",", plan.Create.Select(one => one.Index))}";
        var delete = plan.Delete.Count == 0 ? "" : $"-{plan.Delete.Count}";
        var end = plan.Counted.Conditions.Any(one => one is { Type: JobConditionType.Complete }) ? "Complete" : "";
        return string.Join(" ", new[] { create, delete, end }.Where(one => one.Length > 0));
    }
}
