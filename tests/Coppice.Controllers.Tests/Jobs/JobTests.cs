using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.Jobs;

public sealed class JobTests : IDisposable
{
    private readonly ControlPlane _plane = new();

    public void Dispose() => _plane.Dispose();

    [Fact]
    public void Pods_run_side_by_side_until_enough_have_ended_well()
    {
        _plane.Create(Job(spec => spec with { Completions = 5, Parallelism = 2 }));
        Assert.Equal((2, 0), (Running.Count, Status.Succeeded));
        Assert.All(Running, pod => Assert.Contains(JobLabels.TrackingFinalizer, pod.Metadata.Finalizers));
        Assert.Equal((2, 0, 0), (Status.Active, Status.Ready, Status.Terminating));

        for (var i = 0; i < 5; i++)
        {
            End(Running[0]);
        }

        Assert.Empty(Running);
        Assert.Equal((0, 5, 0), (Status.Active, Status.Succeeded, Status.Failed));
        Assert.Equal(["SuccessCriteriaMet CompletionsReached Reached expected number of succeeded pods", "Complete CompletionsReached Reached expected number of succeeded pods"], Conditions);
        Assert.NotNull(Status.CompletionTime);
        Assert.Contains("Completed Job completed", _plane.Events);
        Assert.All(_plane.Api.All<Pod>(), pod => Assert.Empty(pod.Metadata.Finalizers));
    }

    [Fact]
    public void A_failed_pod_is_replaced_after_a_pause_until_too_many_have()
    {
        _plane.Create(Job(spec => spec with { BackoffLimit = 1 }));

        End(Running[0], exitCode: 1);
        Assert.Empty(Running);
        Assert.Equal(1, Status.Failed);

        _plane.Advance(TimeSpan.FromSeconds(10));
        End(Assert.Single(Running), exitCode: 1);

        Assert.Equal(2, Status.Failed);
        Assert.Equal(["FailureTarget BackoffLimitExceeded Job has reached the specified backoff limit", "Failed BackoffLimitExceeded Job has reached the specified backoff limit"], Conditions);
        Assert.Contains("BackoffLimitExceeded Job has reached the specified backoff limit", _plane.Events);
        _plane.Advance(TimeSpan.FromHours(1));
        Assert.Empty(Running);
    }

    [Fact]
    public void Each_index_has_a_pod_of_its_own()
    {
        _plane.Create(Job(spec => spec with { Completions = 3, Parallelism = 3, CompletionMode = CompletionMode.Indexed }));

        Assert.Equal(["0", "1", "2"], Running.Select(pod => pod.Metadata.Annotations[JobLabels.CompletionIndex]).Order());
        var second = Running.Single(pod => pod.Metadata.Labels[JobLabels.CompletionIndex] == "1");
        Assert.StartsWith("work-1-", second.Metadata.Name, StringComparison.Ordinal);
        Assert.Equal("work-1", second.Spec.Hostname);
        Assert.Contains(second.Spec.Containers[0].Env, one => one.Name == "JOB_COMPLETION_INDEX");

        End(second);
        Assert.Equal(("1", 1), (Status.CompletedIndexes, Status.Succeeded));
        End(Running[0]);
        End(Running[0]);

        Assert.Equal(("0-2", 3), (Status.CompletedIndexes, Status.Succeeded));
        Assert.Equal("Complete", Conditions[^1].Split(' ')[0]);
    }

    [Fact]
    public void An_index_fails_by_itself_and_the_others_go_on()
    {
        _plane.Create(Job(spec => spec with { Completions = 2, Parallelism = 2, CompletionMode = CompletionMode.Indexed, BackoffLimitPerIndex = 1 }));

        for (var i = 0; i < 2; i++)
        {
            End(Running.Single(pod => pod.Metadata.Annotations[JobLabels.CompletionIndex] == "0"), exitCode: 1);
            _plane.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(("0", 2), (Status.FailedIndexes, Status.Failed));
        End(Assert.Single(Running));

        Assert.Equal("1", Status.CompletedIndexes);
        Assert.Equal("Failed FailedIndexes Job has failed indexes", Conditions[^1]);
    }

    [Theory]
    [InlineData(42, "FailJob", "Failed PodFailurePolicy Container web for pod default/NAME failed with exit code 42 matching FailJob rule at index 0", 1)]
    [InlineData(42, "Ignore", null, 0)]
    [InlineData(42, "Count", null, 1)]
    [InlineData(7, "FailJob", null, 1)]
    public void A_failure_means_what_the_policy_says(int exitCode, string action, string? end, int failed)
    {
        _plane.Create(Job(spec => spec with
        {
            PodFailurePolicy = new() { Rules = [new() { Action = action, OnExitCodes = new() { Operator = "In", Values = [42] } }] },
        }));
        var pod = Running[0];

        End(pod, exitCode);

        Assert.Equal(failed, Status.Failed);
        Assert.Equal(end?.Replace("NAME", pod.Metadata.Name, StringComparison.Ordinal), Conditions.LastOrDefault());
    }

    [Fact]
    public void A_success_policy_ends_a_job_before_all_is_done()
    {
        _plane.Create(Job(spec => spec with
        {
            Completions = 3, Parallelism = 3, CompletionMode = CompletionMode.Indexed, SuccessPolicy = new() { Rules = [new() { SucceededIndexes = "0" }] },
        }));

        End(Running.Single(pod => pod.Metadata.Annotations[JobLabels.CompletionIndex] == "0"));
        _plane.RunPods();

        Assert.Equal(("0", 0), (Status.CompletedIndexes, Status.Active));
        Assert.Equal("Complete SuccessPolicy Matched rules at index 0", Conditions[^1]);
    }

    [Fact]
    public void A_suspended_job_runs_nothing_until_it_is_resumed()
    {
        _plane.Create(Job());
        Assert.Single(Running);

        _plane.Change<Job>("work", job => job with { Spec = job.Spec with { Suspend = true } });
        _plane.RunPods();
        Assert.Empty(Running);
        Assert.Null(Status.StartTime);
        Assert.Equal((0, "Suspended JobSuspended Job suspended"), (Status.Failed, Conditions[^1]));

        _plane.Change<Job>("work", job => job with { Spec = job.Spec with { Suspend = false } });
        Assert.Single(Running);
        Assert.NotNull(Status.StartTime);
        Assert.Contains(Status.Conditions, one => one is { Type: "Suspended", Status: "False", Reason: "JobResumed" });
        Assert.Contains("Suspended Job suspended", _plane.Events);
        Assert.Contains("Resumed Job resumed", _plane.Events);
    }

    [Fact]
    public void A_job_that_takes_too_long_fails()
    {
        _plane.Create(Job(spec => spec with { ActiveDeadlineSeconds = 60 }));
        _plane.RunPods();

        _plane.Advance(TimeSpan.FromSeconds(61));
        _plane.RunPods();

        Assert.Empty(_plane.Api.All<Pod>());
        Assert.Equal("Failed DeadlineExceeded Job was active longer than specified deadline", Conditions[^1]);
    }

    [Fact]
    public void A_deleted_pod_is_replaced_at_once_or_when_it_has_failed()
    {
        _plane.Create(Job());
        _plane.RunPods();
        _plane.Delete<Pod>(Running[0].Metadata.Name!);
        Assert.Single(Running);
        Assert.Equal((1, 1), (Status.Failed, Status.Terminating));

        _plane.Create(Job(spec => spec with { PodReplacementPolicy = PodReplacementPolicy.Failed }, "other"));
        _plane.RunPods();
        var pod = Running.Single(one => one.Metadata.Labels[JobLabels.JobName] == "other");
        _plane.Delete<Pod>(pod.Metadata.Name!);
        Assert.DoesNotContain(Running, one => one.Metadata.Labels[JobLabels.JobName] == "other");
    }

    [Fact]
    public void A_finished_job_goes_when_its_time_has_come()
    {
        _plane.Create(Job(spec => spec with { TtlSecondsAfterFinished = 100 }));
        End(Running[0]);
        _plane.Advance(TimeSpan.FromSeconds(99));
        Assert.Single(_plane.Api.All<Job>());

        _plane.Advance(TimeSpan.FromSeconds(2));
        _plane.RunPods();

        Assert.Empty(_plane.Api.All<Job>());
        Assert.Empty(_plane.Api.All<Pod>());
    }

    [Fact]
    public void Who_looks_after_a_job_may_be_somebody_else()
    {
        _plane.Create(Job(spec => spec with { ManagedBy = "example.com/mine" }));

        Assert.Empty(_plane.Api.All<Pod>());
        Assert.Null(Status.StartTime);
    }

    [Fact]
    public void The_pods_of_a_job_that_is_gone_are_let_go_of()
    {
        _plane.Create(Job());
        _plane.RunPods();

        _plane.Delete<Job>("work", propagation: "Background");
        _plane.RunPods();

        Assert.Empty(_plane.Api.All<Pod>());
    }

    [Fact]
    public void An_index_has_failed_as_often_as_it_has_though_its_pods_are_deleted()
    {
        _plane.Create(Job(spec => spec with { Completions = 1, CompletionMode = CompletionMode.Indexed, BackoffLimitPerIndex = 1 }));
        var first = Running[0];
        End(first, exitCode: 1);
        _plane.Delete<Pod>(first.Metadata.Name!);

        // Nobody else knows how often it was.
        Assert.Equal((first.Metadata.Name, 0), (Assert.Single(_plane.Api.All<Pod>()).Metadata.Name, Status.Failed));
        _plane.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, Status.Failed);
        var second = Assert.Single(_plane.Api.All<Pod>());
        Assert.Equal("1", second.Metadata.Annotations[JobLabels.IndexFailureCount]);

        End(second, exitCode: 1);
        Assert.Equal((2, "0"), (Status.Failed, Status.FailedIndexes));
    }

    [Fact]
    public void What_is_ignored_counts_for_nothing_but_the_pause_after_it()
    {
        _plane.Create(Job(spec => spec with
        {
            Completions = 1,
            CompletionMode = CompletionMode.Indexed,
            BackoffLimitPerIndex = 0,
            PodFailurePolicy = new() { Rules = [new() { Action = "Ignore", OnExitCodes = new() { Operator = "In", Values = [42] } }] },
        }));
        End(Running[0], exitCode: 42);
        _plane.Advance(TimeSpan.FromSeconds(10));

        var second = Assert.Single(Running);
        Assert.Equal(("0", "1"), (second.Metadata.Annotations[JobLabels.IndexFailureCount], second.Metadata.Annotations[JobLabels.IndexIgnoredFailureCount]));
        End(second, exitCode: 42);
        _plane.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(Running);
        _plane.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(Running);
        Assert.Equal(0, Status.Failed);
    }

    [Fact]
    public void A_pause_is_sat_out_though_the_pod_that_failed_is_gone()
    {
        _plane.Create(Job());
        var first = Running[0];
        End(first, exitCode: 1);
        _plane.Delete<Pod>(first.Metadata.Name!);
        _plane.RunPods();
        Assert.Empty(_plane.Api.All<Pod>());

        _plane.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(_plane.Api.All<Pod>());
        _plane.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(Running);
    }

    [Fact]
    public void A_pod_that_somebody_else_keeps_by_the_same_finalizer_is_left_alone()
    {
        var pod = Samples.Pod("theirs");
        _plane.Create(pod with
        {
            Metadata = pod.Metadata with
            {
                Finalizers = [JobLabels.TrackingFinalizer],
                OwnerReferences = [new() { ApiVersion = "example.com/v1", Kind = "Batch", Name = "b", Uid = "b", Controller = true }],
            },
        });
        _plane.Create(Job(spec => spec with { ManagedBy = "example.com/mine" }));
        var job = _plane.Api.Get<Job>("work");
        _plane.Create(pod with
        {
            Metadata = pod.Metadata with
            {
                Name = "of-a-job",
                Finalizers = [JobLabels.TrackingFinalizer],
                OwnerReferences = [new() { ApiVersion = "batch/v1", Kind = "Job", Name = "work", Uid = job.Metadata.Uid!, Controller = true }],
            },
        });

        Assert.All(_plane.Api.All<Pod>(), one => Assert.NotEmpty(one.Metadata.Finalizers));
    }

    [Fact]
    public void A_job_leaves_its_pods_behind_unless_it_is_told_otherwise()
    {
        _plane.Create(Job());
        _plane.RunPods();

        _plane.Delete<Job>("work");
        _plane.RunPods();

        Assert.Empty(_plane.Api.All<Job>());
        Assert.Empty(Assert.Single(_plane.Api.All<Pod>()).Metadata.OwnerReferences);
    }

    private JobStatus Status => _plane.Api.Get<Job>("work").Status;

    private List<string> Conditions => [.. Status.Conditions.Where(one => one.Status == "True").Select(one => $"{one.Type} {one.Reason} {one.Message}")];

    private List<Pod> Running => [.. _plane.Api.All<Pod>().Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is null or PodPhase.Pending or PodPhase.Running)];

    /// <summary>The node's part: the pod's container ends.</summary>
    private void End(Pod pod, int exitCode = 0)
    {
        _plane.Api.SetPod(pod.Metadata.Name!, one => one with
        {
            Status = one.Status with
            {
                Phase = exitCode == 0 ? PodPhase.Succeeded : PodPhase.Failed,
                ContainerStatuses = [new() { Name = "web", State = new() { Terminated = new() { ExitCode = exitCode, FinishedAt = ApiTime.Truncate(_plane.Time.GetUtcNow()) } } }],
            },
        });
        _plane.Settle();
    }

    private static Job Job(Func<JobSpec, JobSpec>? with = null, string name = "work")
    {
        var template = Samples.Template();
        var spec = new JobSpec { Template = template with { Metadata = new(), Spec = template.Spec with { RestartPolicy = "Never" } } };
        return new() { Metadata = new() { Name = name, Namespace = "default" }, Spec = with?.Invoke(spec) ?? spec };
    }
}
