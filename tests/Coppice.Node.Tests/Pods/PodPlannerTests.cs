using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;
using static Coppice.Node.Tests.Pods.GivenPod;

namespace Coppice.Node.Tests.Pods;

public sealed class PodPlannerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_new_pods_sandbox_and_containers_are_begun_together() =>
        Expect(new GivenPod("Always", Container("a"), Container("b")), "make sandbox 0", "start a 0", "start b 0");

    [Fact]
    public void A_new_pod_with_init_containers_begins_with_the_first_of_them() =>
        Expect(new GivenPod("Always", Container("a")).Init(Container("i1"), Container("i2")), "make sandbox 0", "start i1 0");

    [Fact]
    public void A_running_pod_needs_nothing() =>
        Expect(new GivenPod("Always", Container("a")).Sandbox().Running("a"));

    [Theory]
    [InlineData("Always", 0, true)]
    [InlineData("Always", 1, true)]
    [InlineData("OnFailure", 0, false)]
    [InlineData("OnFailure", 1, true)]
    [InlineData("Never", 0, false)]
    [InlineData("Never", 1, false)]
    public void The_restart_policy_decides_about_a_container_that_ended(string policy, int code, bool restarts)
    {
        var given = new GivenPod(policy, Container("a"), Container("b")).Sandbox().Exited("a", code, Second).Running("b");

        Expect(given, restarts ? ["start a 1"] : []);
    }

    [Fact]
    public void The_first_restart_is_at_once_and_the_next_waits_ten_seconds_from_the_end()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Exited("a", 1, TimeSpan.Zero);
        var first = Assert.IsType<PodAction.StartContainer>(Assert.Single(given.Plan.Actions));
        Assert.Equal(new RestartBackOff(TimeSpan.FromSeconds(10), Noon), first.BackOff);

        given.WithState("a", runtime => runtime with { BackOff = first.BackOff }).Exited("a", 1, TimeSpan.Zero);
        Assert.Empty(given.Plan.Actions);
        Assert.Equal(Noon.AddSeconds(10), given.Plan.LookAgainAt);
        Assert.Equal(TimeSpan.FromSeconds(10), Assert.Single(given.Plan.BackOffs).Pause);

        given.Now = Noon.AddSeconds(10);
        var second = Assert.IsType<PodAction.StartContainer>(Assert.Single(given.Plan.Actions));
        Assert.Equal((TimeSpan.FromSeconds(20), 2), (second.BackOff!.Pause, second.Attempt));
    }

    [Fact]
    public void A_container_that_was_changed_does_not_wait_for_what_it_was_before()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Exited("a", 1, TimeSpan.Zero)
            .WithState("a", runtime => runtime with { BackOff = new RestartBackOff(TimeSpan.FromMinutes(5), Noon.AddMinutes(-1)) });
        Assert.Empty(given.Plan.Actions);

        given.With(pod => pod with { Spec = pod.Spec with { Containers = [Container("a", one => one with { Image = "a:2" })] } });
        Assert.Equal(new RestartBackOff(TimeSpan.FromSeconds(10), Noon), Assert.IsType<PodAction.StartContainer>(Assert.Single(given.Plan.Actions)).BackOff);

        // It fails, too: its own pauses begin.
        given.WithState("a", runtime => runtime with { BackOff = new RestartBackOff(TimeSpan.FromSeconds(10), Noon) }).Exited("a", 1, TimeSpan.Zero);
        Assert.Equal(Noon.AddSeconds(10), given.Plan.LookAgainAt);
    }

    [Fact]
    public void The_pause_doubles_to_five_minutes_and_ten_minutes_of_running_forgive_all()
    {
        RestartBackOff? state = null;
        var pauses = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            state = RestartBackOff.Next(state, Noon, Noon);
            pauses.Add(state.Pause.TotalSeconds);
        }

        Assert.Equal([10, 20, 40, 80, 160, 300, 300, 300], pauses);
        Assert.Equal(Noon.AddMinutes(11), RestartBackOff.RestartAt(state, Noon.AddMinutes(11), Noon.AddMinutes(11)));
        Assert.Equal(10, RestartBackOff.Next(state, Noon.AddMinutes(11), Noon.AddMinutes(11)).Pause.TotalSeconds);
    }

    [Fact]
    public void A_container_that_is_being_started_is_left_alone() =>
        Expect(new GivenPod("Always", Container("a")).Sandbox().WithState("a", runtime => runtime with { IsStarting = true }));

    [Fact]
    public void Trouble_waits_for_its_time()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().WithState("a", runtime => runtime with { StartFailure = new FailedAttempt("ErrImagePull", "", Noon.AddSeconds(5)) });

        Expect(given);
        Assert.Equal(Noon.AddSeconds(5), given.Plan.LookAgainAt);
        given.Now = Noon.AddSeconds(5);
        Expect(given, "start a 0");
    }

    [Fact]
    public void Init_containers_run_one_after_the_other()
    {
        var given = new GivenPod("Always", Container("a")).Init(Container("i1"), Container("i2")).Sandbox().Running("i1");
        Expect(given);

        given = new GivenPod("Always", Container("a")).Init(Container("i1"), Container("i2")).Sandbox().Exited("i1", 0, Second);
        Expect(given, "start i2 0");
        given.Exited("i2", 0, Second);
        Expect(given, "start a 0");
    }

    [Fact]
    public void A_failed_init_container_is_tried_again_or_fails_the_pod()
    {
        var given = new GivenPod("OnFailure", Container("a")).Init(Container("i1")).Sandbox().Exited("i1", 1, Second);
        Expect(given, "start i1 1");

        given = new GivenPod("Never", Container("a")).Init(Container("i1")).Sandbox().Exited("i1", 1, Second);
        Expect(given, "stop sandbox-0");
        Assert.NotNull(given.Plan.End);
    }

    [Fact]
    public void A_sidecar_holds_back_what_follows_until_it_has_started_and_is_kept_running()
    {
        GivenPod Given() => new GivenPod("Always", Container("a"))
            .Init(Sidecar("s") with { StartupProbe = new Probe() }, Container("i")).Sandbox();
        Expect(Given(), "start s 0");
        Expect(Given().Running("s"));
        Expect(Given().Running("s").Probed("s", probes => probes with { IsStarted = true }), "start i 0");
        Expect(Given().Exited("s", 0, Second).Exited("i", 0, Second).Running("a"), "start s 1");
    }

    [Theory]
    [InlineData("Always", "Container a failed liveness probe, will be restarted")]
    [InlineData("Never", "Container a failed liveness probe")]
    public void An_unhealthy_container_is_stopped_with_Kubernetes_words(string policy, string message)
    {
        var given = new GivenPod(policy, Container("a", one => one with { LivenessProbe = new Probe { TerminationGracePeriodSeconds = 5 } }))
            .Sandbox().Running("a").Probed("a", probes => probes with { Failed = FatalProbe.Liveness });

        var kill = Assert.IsType<PodAction.KillContainer>(Assert.Single(given.Plan.Actions));
        Assert.Equal((message, Noon.AddSeconds(5)), (kill.Message, kill.Deadline));
    }

    [Fact]
    public void A_container_whose_image_changed_is_stopped_and_started_anew()
    {
        var given = new GivenPod("Never", Container("a"), Container("b")).Sandbox().Running("a", hash: "other").Running("b");
        var kill = Assert.IsType<PodAction.KillContainer>(Assert.Single(given.Plan.Actions));
        Assert.Equal(("Container a definition changed, will be restarted", true), (kill.Message, kill.StartsAgain));

        given = new GivenPod("Never", Container("a"), Container("b")).Sandbox().Exited("a", 137, Second).Running("b").WithState("a", runtime => runtime with { StartsAgain = true });
        Expect(given, "start a 1");
    }

    [Fact]
    public void A_dead_sandbox_is_made_again_with_everything_in_it()
    {
        var given = new GivenPod("Always", Container("a")).Init(Container("i")).Sandbox(SandboxState.NotReady).Exited("i", 0, Second).Exited("a", 137, Second);
        Expect(given, "make sandbox 1", "start i 1");

        given = new GivenPod("Always", Container("a")).Sandbox(SandboxState.NotReady).Running("a");
        Expect(given, "kill a");
    }

    [Fact]
    public void With_policy_Never_a_dead_sandbox_ends_the_pod()
    {
        var given = new GivenPod("Never", Container("a")).Sandbox(SandboxState.NotReady).Exited("a", 137, Second);

        Expect(given, "clean up");
        Assert.Equal(PodPhase.Failed, given.Status.Phase);
    }

    [Fact]
    public void A_pod_past_its_deadline_is_ended()
    {
        var given = new GivenPod("Always", Container("a")).With(pod => pod with { Spec = pod.Spec with { ActiveDeadlineSeconds = 1260 } }).Sandbox().Running("a");
        Expect(given);
        Assert.Equal(Noon.AddMinutes(1), given.Plan.LookAgainAt);

        given.Now = Noon.AddMinutes(1);
        Expect(given, "kill a");
        Assert.Equal("DeadlineExceeded", given.Plan.End!.Termination!.Reason);
    }

    [Fact]
    public void A_deleted_pods_containers_have_until_its_deletion_time()
    {
        var given = new GivenPod("Always", Container("a"), Container("b")).Sandbox().Running("a").Running("b").Deleted(TimeSpan.FromSeconds(30));

        Expect(given, "kill a", "kill b");
        Assert.All(given.Plan.Actions, one => Assert.Equal(Noon.AddSeconds(30), ((PodAction.KillContainer)one).Deadline));
    }

    [Fact]
    public void Asked_again_with_less_grace_a_container_is_stopped_sooner()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Running("a").WithState("a", runtime => runtime with { KillDeadline = Noon.AddSeconds(30) });
        Expect(given.Deleted(TimeSpan.FromSeconds(30)));
        Expect(given.Deleted(TimeSpan.FromSeconds(1)), "kill a");
    }

    [Fact]
    public void Sidecars_are_stopped_after_the_others_and_in_reverse()
    {
        GivenPod Given() => new GivenPod("Always", Container("a")).Init(Sidecar("s1"), Sidecar("s2")).Sandbox().Deleted(TimeSpan.FromSeconds(30));
        Expect(Given().Running("s1").Running("s2").Running("a"), "kill a");
        Expect(Given().Running("s1").Running("s2").Exited("a", 0, Second), "kill s2");
        Expect(Given().Running("s1").Exited("s2", 0, Second).Exited("a", 0, Second), "kill s1");
    }

    [Fact]
    public void A_deleted_pod_goes_step_by_step_and_leaves_the_API_last()
    {
        GivenPod Given() => new GivenPod("Always", Container("a")).Deleted(TimeSpan.FromSeconds(30));
        Expect(Given().Sandbox().Exited("a", 0, Second), "stop sandbox-0");
        Expect(Given().Sandbox(SandboxState.NotReady).Exited("a", 0, Second), "clean up", "remove sandbox-0");
        var clean = Given().WithState(runtime => runtime with { CleanUp = CleanUp.Done });
        Expect(clean);
        Expect(clean.WithState(runtime => runtime with { IsFinalStatusWritten = true }), "delete pod");
        Assert.False(clean.Plan.IsDone);
        Assert.True(clean.WithState(runtime => runtime with { IsGone = true }).Plan.IsDone);
    }

    [Fact]
    public void A_pod_that_is_no_longer_in_the_API_is_ended_all_the_same()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Running("a").WithState(runtime => runtime with { IsGone = true });

        Expect(given, "kill a");
        Assert.Equal(Noon.AddSeconds(30), ((PodAction.KillContainer)given.Plan.Actions[0]).Deadline);
    }

    [Fact]
    public void A_pod_that_has_ended_keeps_its_containers_until_it_is_deleted()
    {
        var given = new GivenPod("Never", Container("a")).With(pod => pod with { Status = pod.Status with { Phase = PodPhase.Succeeded } })
            .Sandbox(SandboxState.NotReady).Exited("a", 0, Second);

        Expect(given, "clean up");
        Expect(given.WithState(runtime => runtime with { CleanUp = CleanUp.Done }));
    }

    [Fact]
    public void Of_earlier_attempts_only_the_last_is_kept()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox(SandboxState.NotReady).Exited("a", 1, Second).Sandbox().Exited("a", 1, Second).Running("a");

        Expect(given, "remove a-0", "remove sandbox-0");
    }

    [Fact]
    public void Restarts_are_counted_on_when_the_runtime_has_forgotten_the_container()
    {
        var given = new GivenPod("Always", Container("a")).With(pod => pod with
        {
            Status = pod.Status with { ContainerStatuses = [new ContainerStatus { Name = "a", RestartCount = 4, ContainerID = "containerd://x" }] },
        });

        Expect(given, "make sandbox 0", "start a 5");
    }

    [Fact]
    public void Sandbox_trouble_waits_for_its_time()
    {
        var given = new GivenPod("Always", Container("a")).WithState(runtime => runtime with { SandboxFailure = new FailedAttempt("", "no address", Noon.AddSeconds(2)) });

        Expect(given);
        Assert.Equal(Noon.AddSeconds(2), given.Plan.LookAgainAt);
    }

    [Fact]
    public void A_container_rule_can_restart_what_the_policy_would_not()
    {
        var rule = new ContainerRestartRule
        {
            Action = ContainerRestartRuleAction.Restart,
            ExitCodes = new ContainerRestartRuleOnExitCodes { Operator = ContainerRestartRuleOnExitCodesOperator.In, Values = [42] },
        };
        GivenPod Given() => new GivenPod("Never", Container("a", one => one with { RestartPolicyRules = [rule] }), Container("b")).Sandbox().Running("b");

        Expect(Given().Exited("a", 42, Second), "start a 1");
        Expect(Given().Exited("a", 1, Second));
    }

    private static void Expect(GivenPod given, params string[] actions) => Assert.Equal(actions, PlanText.Of(given.Plan));
}
