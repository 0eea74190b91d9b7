using Coppice.Node.Admission;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;
using static Coppice.Node.Tests.Pods.GivenPod;

namespace Coppice.Node.Tests.Pods;

public sealed class PodStatusPlannerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_new_pod_is_Pending_and_its_container_is_being_created()
    {
        var status = new GivenPod("Always", Container("a")).Status;

        Assert.Equal(PodPhase.Pending, status.Phase);
        Assert.Equal("ContainerCreating", status.ContainerStatuses[0].State.Waiting!.Reason);
        Assert.Equal(
            ["PodReadyToStartContainers=False", "Initialized=True", "Ready=False/ContainersNotReady/containers with unready status: [a]",
             "ContainersReady=False/ContainersNotReady/containers with unready status: [a]", "PodScheduled=True"],
            status.Conditions.Select(Text));
        Assert.Equal("192.168.1.10", status.HostIP);
    }

    [Fact]
    public void A_running_pod_without_probes_is_Ready_at_once()
    {
        var status = new GivenPod("Always", Container("a")).Sandbox().Running("a").Status;

        Assert.Equal((PodPhase.Running, "10.244.0.2"), (status.Phase, status.PodIP));
        Assert.Equal(["PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True"], status.Conditions.Select(Text));
        var container = status.ContainerStatuses[0];
        Assert.Equal((true, true, 0, "containerd://a-0", "sha256:a"), (container.Ready, container.Started, container.RestartCount, container.ContainerID, container.ImageID));
        Assert.NotNull(container.State.Running);
    }

    [Fact]
    public void A_readiness_probe_decides_when_a_container_is_ready()
    {
        var given = new GivenPod("Always", Container("a", one => one with { ReadinessProbe = new Probe() })).Sandbox().Running("a");
        Assert.False(given.Status.ContainerStatuses[0].Ready);
        Assert.True(given.Probed("a", probes => probes with { IsReady = true }).Status.ContainerStatuses[0].Ready);
    }

    [Fact]
    public void What_a_probe_said_of_the_container_before_does_not_count()
    {
        var given = new GivenPod("Always", Container("a", one => one with { ReadinessProbe = new Probe() })).Sandbox().Exited("a", 1, Second)
            .Probed("a", probes => probes with { IsReady = true }).Running("a");

        Assert.False(given.Status.ContainerStatuses[0].Ready);
    }

    [Fact]
    public void A_container_in_back_off_says_so_in_Kubernetes_words()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Exited("a", 1, Second).Exited("a", 3, Second)
            .WithState("a", runtime => runtime with { BackOff = new RestartBackOff(TimeSpan.FromSeconds(80), Noon.AddMinutes(-1)) });

        var container = given.Status.ContainerStatuses[0];
        Assert.Equal("CrashLoopBackOff", container.State.Waiting!.Reason);
        Assert.Equal("back-off 1m20s restarting failed container=a pod=web_shop(uid-1)", container.State.Waiting.Message);
        Assert.Equal((3, "Error"), (container.LastState.Terminated!.ExitCode, container.LastState.Terminated.Reason));
        Assert.Equal(PodPhase.Running, given.Status.Phase);
        Assert.Equal(1, container.RestartCount);
    }

    [Fact]
    public void A_container_whose_new_image_is_still_on_its_way_waits_as_it_did_and_keeps_how_it_ended()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Exited("a", 1, Second).Exited("a", 3, Second)
            .WithState("a", runtime => runtime with { BackOff = new RestartBackOff(TimeSpan.FromSeconds(80), Noon.AddMinutes(-1)) });
        var told = given.Status;
        given.With(pod => pod with { Status = told }).WithState("a", runtime => runtime with { BackOff = null });

        Assert.Empty(given.Plan.BackOffs);
        var container = given.Status.ContainerStatuses[0];
        Assert.Equal("CrashLoopBackOff", container.State.Waiting?.Reason);
        Assert.Equal(3, container.LastState.Terminated!.ExitCode);

        // The first end was never waited for: it is what the container is in until the next one runs.
        var first = new GivenPod("Always", Container("a")).Sandbox().Exited("a", 1, Second).Exited("a", 3, Second).Status.ContainerStatuses[0];
        Assert.Equal((3, 1), (first.State.Terminated!.ExitCode, first.LastState.Terminated!.ExitCode));
    }

    [Fact]
    public void A_restarted_container_shows_how_it_ended_before()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Exited("a", 137, Second, "OOMKilled")
            .WithState("a", runtime => runtime with { TerminationMessages = runtime.TerminationMessages.Add("a-0", "out of everything") }).Running("a");

        var container = given.Status.ContainerStatuses[0];
        Assert.Equal((137, "OOMKilled", "out of everything"), (container.LastState.Terminated!.ExitCode, container.LastState.Terminated.Reason, container.LastState.Terminated.Message));
        Assert.Equal((1, true), (container.RestartCount, container.Ready));
    }

    [Fact]
    public void A_container_that_is_started_anew_counts_as_what_it_was_for_a_moment()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Running("a");
        var told = given.Status;
        given.With(pod => pod with { Status = told }).Exited("a", 0, TimeSpan.FromMilliseconds(300)).WithState("a", runtime => runtime with { StartsAgain = true });

        Assert.Equal((told, Noon.AddMilliseconds(700)), (given.Status, given.Plan.LookAgainAt));
        Assert.Equal(told, given.Created("a").Status);

        given.Now = Noon.AddMilliseconds(700);
        Assert.False(given.Status.ContainerStatuses[0].Ready);
        Assert.Contains("Ready=False/ContainersNotReady/containers with unready status: [a]", given.Status.Conditions.Select(Text));
    }

    [Fact]
    public void What_cannot_be_started_anew_says_so_at_once()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Running("a");
        var told = given.Status;
        given.With(pod => pod with { Status = told }).Exited("a", 0, TimeSpan.FromMilliseconds(300))
            .WithState("a", runtime => runtime with { StartsAgain = true, StartFailure = new FailedAttempt("ErrImagePull", "no such image", Noon.AddSeconds(5)) });

        Assert.Equal("ErrImagePull", given.Status.ContainerStatuses[0].State.Waiting!.Reason);
    }

    [Theory]
    [InlineData("ErrImagePull", "no such image")]
    [InlineData("CreateContainerConfigError", "configmap \"settings\" not found")]
    public void Trouble_shows_as_the_reason_to_wait(string reason, string message)
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().WithState("a", runtime => runtime with { StartFailure = new FailedAttempt(reason, message, Noon.AddSeconds(5)) });

        var waiting = given.Status.ContainerStatuses[0].State.Waiting!;
        Assert.Equal((reason, message), (waiting.Reason, waiting.Message));
        Assert.Equal(PodPhase.Pending, given.Status.Phase);
    }

    [Fact]
    public void While_init_containers_run_the_pod_is_Pending_and_not_Initialized()
    {
        var given = new GivenPod("Always", Container("a")).Init(Container("i1"), Container("i2")).Sandbox().Exited("i1", 0, Second).Running("i2");

        var status = given.Status;
        Assert.Equal(PodPhase.Pending, status.Phase);
        Assert.Contains("Initialized=False/ContainersNotInitialized/containers with incomplete status: [i2]", status.Conditions.Select(Text));
        Assert.Equal("PodInitializing", status.ContainerStatuses[0].State.Waiting!.Reason);
        Assert.True(status.InitContainerStatuses[0].Ready);
    }

    [Theory]
    [InlineData("OnFailure", 0, "Succeeded", "PodCompleted")]
    [InlineData("Never", 0, "Succeeded", "PodCompleted")]
    [InlineData("Never", 2, "Failed", "PodFailed")]
    public void A_pod_whose_containers_ended_has_a_final_phase(string policy, int code, string phase, string reason)
    {
        var status = new GivenPod(policy, Container("a")).Sandbox().Exited("a", code, Second).Status;

        Assert.Equal(phase, status.Phase);
        Assert.Contains($"Ready=False/{reason}", status.Conditions.Select(Text));
        Assert.Equal(code, status.ContainerStatuses[0].State.Terminated!.ExitCode);
    }

    [Fact]
    public void A_pod_is_not_final_while_a_sidecar_runs()
    {
        var given = new GivenPod("Never", Container("a")).Init(Sidecar("s")).Sandbox().Running("s").Exited("a", 0, Second);
        Assert.Equal(PodPhase.Running, given.Status.Phase);
    }

    [Fact]
    public void A_verdict_fails_the_pod_with_its_reason_once_nothing_runs()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Running("a").WithState(runtime => runtime with { Termination = new PodTermination("Evicted", "The node was low on resource: memory.") });
        Assert.Equal(PodPhase.Running, given.Status.Phase);

        given = new GivenPod("Always", Container("a")).Sandbox().Exited("a", 0, Second).WithState(runtime => runtime with { Termination = new PodTermination("Evicted", "The node was low on resource: memory.") });
        Assert.Equal((PodPhase.Failed, "Evicted"), (given.Status.Phase, given.Status.Reason));
    }

    [Fact]
    public void A_deleted_pod_that_never_ran_ends_as_Failed() =>
        Assert.Equal(PodPhase.Failed, new GivenPod("Always", Container("a")).Deleted(TimeSpan.FromSeconds(30)).Status.Phase);

    [Fact]
    public void A_condition_keeps_its_time_while_it_stays_the_same()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Running("a");
        var first = given.Status;
        given.With(pod => pod with { Status = first }).Now = Noon.AddHours(1);

        Assert.Equal(first.Conditions, given.Status.Conditions);
    }

    [Fact]
    public void A_readiness_gate_holds_the_pod_back()
    {
        var given = new GivenPod("Always", Container("a")).With(pod => pod with { Spec = pod.Spec with { ReadinessGates = [new PodReadinessGate { ConditionType = "lb" }] } })
            .Sandbox().Running("a");
        Assert.Contains("Ready=False/ReadinessGatesNotReady/corresponding condition of pod readiness gate \"lb\" does not exist.", given.Status.Conditions.Select(Text));

        given.With(pod => pod with { Status = pod.Status with { Conditions = [new PodCondition { Type = "lb", Status = "True" }] } });
        Assert.Contains("Ready=True", given.Status.Conditions.Select(Text));
        Assert.Contains("lb=True", given.Status.Conditions.Select(Text));
    }

    [Fact]
    public void A_container_that_vanished_from_the_runtime_is_remembered_as_lost()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Running("a");
        var before = given.Status;
        var status = new GivenPod("Always", Container("a")).With(pod => pod with { Status = before }).Status;

        var container = status.ContainerStatuses[0];
        Assert.Equal(("ContainerStatusUnknown", 137), (container.LastState.Terminated!.Reason, container.LastState.Terminated.ExitCode));
        Assert.Equal(1, container.RestartCount);
    }

    private static string Text(PodCondition condition) =>
        $"{condition.Type}={condition.Status}" + (condition.Reason is null ? "" : "/" + condition.Reason) + (condition.Message is null ? "" : "/" + condition.Message);
}
