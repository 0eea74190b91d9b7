using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

/// <summary>A whole agent over the simulated runtime: what the API shows and what the runtime holds.</summary>
public sealed class PodWorkerTests
{
    [Fact]
    public void A_pod_runs_and_is_Ready_without_any_delay()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");

        Assert.True(node.IsReady("web"));
        Assert.Equal(PodPhase.Running, node.Api.Status("web").Phase);
        Assert.Equal("10.244.0.2", node.Api.Status("web").PodIP);
        Assert.Equal(
            ["Normal Pulled: Container image \"server:1\" already present on machine and can be accessed by the pod", "Normal Created: Container created", "Normal Started: Container started"],
            node.Events.Told.Where(one => !one.Contains("Starting") && !one.Contains("Allocatable")));
    }

    [Fact]
    public void An_ephemeral_container_waits_for_the_container_it_is_to_look_at()
    {
        using var node = new TestNode().Start();
        node.Create("web", spec => spec with { Containers = [Container("main", "server:1"), Container("absent", "nowhere:1")] });
        Add("main", "beside");
        Add("absent", "lost");

        var (beside, lost) = (node.Api.Status("web").EphemeralContainerStatuses[0], node.Api.Status("web").EphemeralContainerStatuses[1]);
        Assert.Equal((true, null), (beside.State.Running is not null, beside.Started));
        Assert.Equal(("CreateContainerConfigError", "unable to find target container \"absent\""), (lost.State.Waiting!.Reason, lost.State.Waiting.Message));

        static Container Container(string name, string image) => new() { Name = name, Image = image, ImagePullPolicy = "Never" };

        void Add(string target, string name) => node.Do(() => node.Api.Change(
            "web",
            pod => pod with
            {
                Spec = pod.Spec with { EphemeralContainers = pod.Spec.EphemeralContainers.Add(new EphemeralContainer { Name = name, Image = "server:1", ImagePullPolicy = "IfNotPresent", TargetContainerName = target }) },
            },
            "ephemeralcontainers"));
    }

    [Theory]
    [InlineData(0.05)]      // its sandbox is being made
    [InlineData(2.01)]      // the container is being made
    [InlineData(4.01)]      // the container is being started
    public void What_the_runtime_is_making_when_the_agent_stops_is_finished_and_restarted_by_nobody(double seconds)
    {
        var second = TimeSpan.FromSeconds(1);
        using var node = new TestNode(new SimulatedOptions { Sandbox = second, Create = 2 * second, Start = 2 * second, Stop = default, Pull = default }).Start();
        node.Create("web", "server:1");
        node.Advance(seconds);
        node.BeginStop();
        node.Advance(10);
        node.Stop();
        Assert.DoesNotContain(node.Held.Containers, one => one.State != ContainerRunState.Running);

        node.Start();
        node.Advance(10);
        Assert.True(node.IsReady("web"));
        Assert.Equal(0, node.Main("web").RestartCount);
        Assert.Equal((1, 1), (node.Held.Sandboxes.Count, node.Held.Containers.Count));
    }

    [Fact]
    public void A_runtime_that_does_not_finish_holds_up_the_stop_of_the_agent_for_ten_seconds()
    {
        var hour = TimeSpan.FromHours(1);
        using var node = new TestNode(new SimulatedOptions { Sandbox = hour, Create = default, Start = default, Stop = default, Pull = default }).Start();
        node.Create("web", "server:1");
        node.BeginStop();
        node.Advance(9.9);
        Assert.False(node.HasStopped);
        node.Advance(0.2);
        node.Stop();
    }

    [Fact]
    public void The_first_crash_is_healed_at_once_and_the_second_after_ten_seconds()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        node.Crash("web", 7);

        Assert.True(node.IsReady("web"));
        Assert.Equal((1, 7), (node.Main("web").RestartCount, node.Main("web").LastState.Terminated!.ExitCode));

        node.Crash("web");
        Assert.Equal("CrashLoopBackOff", node.Main("web").State.Waiting!.Reason);
        Assert.Equal($"back-off 10s restarting failed container=main pod=web_shop({node.Api.Uid("web")})", node.Main("web").State.Waiting!.Message);
        Assert.Contains($"Warning BackOff: Back-off restarting failed container main in pod web_shop({node.Api.Uid("web")})", node.Events.Told);
        node.Advance(9.9);
        Assert.False(node.IsReady("web"));
        node.Advance(0.2);
        Assert.True(node.IsReady("web"));
        Assert.Equal(2, node.Main("web").RestartCount);
    }

    [Fact]
    public void What_a_container_said_last_is_in_its_last_state()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        node.HostResources.TerminationMessages = "out of luck";
        node.Crash("web");

        Assert.Equal("out of luck", node.Main("web").LastState.Terminated!.Message);
    }

    [Fact]
    public void Last_words_in_a_log_are_read_when_the_log_is_whole()
    {
        using var node = new TestNode(SimulatedOptions.Instant with { LogClosing = TimeSpan.FromMilliseconds(30) }).Start();
        node.Create("web", "server:1", one => one with { TerminationMessagePolicy = TerminationMessagePolicy.FallbackToLogsOnError }, RestartPolicy.Never);
        node.Crash("web");
        node.HostResources.TerminationMessages = "out of luck";
        Assert.Equal(PodPhase.Running, node.Api.Status("web").Phase);
        node.Advance(0.1);

        Assert.Equal("out of luck", node.Main("web").State.Terminated!.Message);
    }

    [Fact]
    public void A_log_that_the_runtime_never_ends_holds_up_an_end_no_longer_than_two_seconds()
    {
        using var node = new TestNode(SimulatedOptions.Instant with { LogClosing = TimeSpan.FromHours(1) }).Start();
        node.Create("web", "server:1", one => one with { TerminationMessagePolicy = TerminationMessagePolicy.FallbackToLogsOnError }, RestartPolicy.Never);
        node.Crash("web");
        node.Advance(2.1);

        Assert.NotNull(node.Main("web").State.Terminated);
    }

    [Fact]
    public void A_container_that_cannot_be_started_says_why()
    {
        using var node = new TestNode().Start();
        node.Create("web", "broken:1");
        node.Advance(1);

        Assert.False(node.IsReady("web"));
        Assert.Contains("Warning Failed: Error: exec: \"/nothing\": no such file", node.Events.Told);
        Assert.Equal(("CrashLoopBackOff", "StartError"), (node.Main("web").State.Waiting!.Reason, node.Main("web").LastState.Terminated!.Reason));
        Assert.Equal(DateTimeOffset.UnixEpoch, node.Main("web").LastState.Terminated!.StartedAt);
    }

    [Fact]
    public void An_image_that_cannot_be_had_shows_its_error_and_then_its_back_off()
    {
        using var node = new TestNode().Start();
        node.Create("web", "missing:1");
        Assert.Equal("ErrImagePull", node.Main("web").State.Waiting!.Reason);
        node.Advance(3);
        Assert.Equal("ImagePullBackOff", node.Main("web").State.Waiting!.Reason);

        node.Images.Publish(new SimulatedImage("missing:1", SimulatedProgram.Server));
        node.Advance(10);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void A_missing_volume_is_told_and_tried_again()
    {
        using var node = new TestNode().Start();
        node.HostResources.MissingVolume = "settings";
        node.Create("web", "server:1");
        Assert.Contains("Warning FailedMount: MountVolume.SetUp failed for volume \"settings\" : configmap \"settings\" not found", node.Events.Told);
        Assert.Equal("ContainerCreating", node.Main("web").State.Waiting!.Reason);

        node.HostResources.MissingVolume = null;
        node.Advance(1.1);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void A_job_succeeds_and_its_volumes_are_let_go_of()
    {
        using var node = new TestNode().Start();
        node.Create("job", "job:1", policy: RestartPolicy.OnFailure);
        node.Advance(6);

        Assert.Equal(PodPhase.Succeeded, node.Api.Status("job").Phase);
        Assert.Equal([node.Api.Uid("job")], node.HostResources.Removed);
        Assert.Equal(SandboxState.NotReady, Assert.Single(node.Held.Sandboxes).State);
    }

    [Fact]
    public void A_readiness_probe_takes_a_pod_out_and_a_liveness_probe_restarts_it()
    {
        using var node = new TestNode().Start();
        var probe = new Probe { HttpGet = new HTTPGetAction { Port = 80 }, PeriodSeconds = 5, FailureThreshold = 1 };
        node.Create("web", "server:1", one => one with { ReadinessProbe = probe, LivenessProbe = probe with { FailureThreshold = 3 } });
        Assert.True(node.IsReady("web"));

        node.Do(() => node.Runtime.SetAnswers(node.MainId("web"), false));
        node.Advance(6);
        Assert.False(node.IsReady("web"));
        node.Advance(10);
        Assert.Contains("Normal Killing: Container main failed liveness probe, will be restarted", node.Events.Told);
        Assert.Contains("Warning Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 503", node.Events.Told);
        Assert.Equal(1, node.Main("web").RestartCount);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void A_dead_sandbox_is_made_anew()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        var id = node.Held.Sandboxes[0].Id;
        node.Do(() => node.Runtime.KillSandbox(id));

        Assert.True(node.IsReady("web"));
        Assert.Contains("Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.", node.Events.Told);
        Assert.Equal(1, node.Main("web").RestartCount);
    }

    [Fact]
    public void A_container_that_was_to_start_in_a_dying_sandbox_starts_in_the_next_one_at_once()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        var dies = node.Held.Sandboxes[0].Id;
        // As when a shim is killed: the container's end is told first, and its next start finds the sandbox gone.
        node.Runtime.Fault = (verb, _) =>
        {
            if (verb != RuntimeVerb.CreateContainer)
            {
                return null;
            }

            node.Runtime.Fault = null;
            node.Runtime.KillSandbox(dies);
            return new RuntimeException("failed to get sandbox container task: no running task found");
        };
        node.Crash("web", 255);
        node.Advance(0.5);

        Assert.True(node.IsReady("web"));
        Assert.Equal(1, node.Main("web").RestartCount);
        Assert.NotEqual(dies, Assert.Single(node.Held.Containers, one => one.State == ContainerRunState.Running).SandboxId);

        // That was its one restart without a pause.
        node.Crash("web", 255);
        node.Advance(9);
        Assert.Equal(1, node.Main("web").RestartCount);
        node.Advance(2);
        Assert.Equal(2, node.Main("web").RestartCount);
    }

    [Fact]
    public void An_agent_that_comes_back_takes_over_without_a_restart_or_an_unready_moment()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { ReadinessProbe = new Probe { HttpGet = new HTTPGetAction { Port = 80 }, InitialDelaySeconds = 60 } });
        node.Advance(61);
        Assert.True(node.IsReady("web"));
        var (id, writes) = (node.MainId("web"), node.Api.Writes);
        node.Stop();
        node.Start();
        node.Advance(5);

        Assert.Equal((id, writes), (node.MainId("web"), node.Api.Writes));
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void A_lost_runtime_changes_nothing_and_a_crash_meanwhile_is_found_when_it_is_back()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        node.Do(node.Runtime.Crash);
        node.Crash("web");
        node.Advance(5);
        Assert.Equal(0, node.Main("web").RestartCount);

        node.Do(node.Runtime.Revive);
        node.Advance(1);
        Assert.Equal(1, node.Main("web").RestartCount);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void A_lost_event_is_found_by_the_audit()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        node.Runtime.LosesEvents = true;
        node.Crash("web");
        Assert.Equal(0, node.Main("web").RestartCount);
        node.Advance(31);
        Assert.Equal(1, node.Main("web").RestartCount);
    }

    [Fact]
    public void A_container_that_cannot_be_looked_up_after_its_start_is_asked_for_again_and_not_made_twice()
    {
        using var node = new TestNode().Start();
        var failures = 3;
        node.Runtime.Fault = (verb, _) => verb == RuntimeVerb.FindContainer && failures-- > 0 ? new RuntimeException("try again") : null;
        node.Create("web", "server:1");
        Assert.False(node.IsReady("web"));
        node.Advance(3.1);

        Assert.True(node.IsReady("web"));
        Assert.Single(node.Held.Containers);
        Assert.DoesNotContain(node.Events.Told, one => one.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public void A_container_whose_start_only_an_audit_told_of_is_probed_as_any_other()
    {
        using var node = new TestNode().Start();
        var probe = new Probe { HttpGet = new HTTPGetAction { Port = 80 }, PeriodSeconds = 5, FailureThreshold = 2 };
        node.Create("web", "server:1", one => one with { ReadinessProbe = probe, LivenessProbe = probe });
        node.Runtime.Fault = (verb, _) => verb == RuntimeVerb.FindContainer ? new RuntimeException("try again") : null;
        node.Crash("web");
        node.Advance(45);
        Assert.Equal(1, node.Main("web").RestartCount);
        Assert.True(node.IsReady("web"));

        node.Runtime.Fault = null;
        node.Do(() => node.Runtime.SetAnswers(node.MainId("web"), false));
        node.Advance(60);
        Assert.Equal(2, node.Main("web").RestartCount);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void Work_goes_on_while_the_API_is_away_and_the_newest_status_is_told_when_it_is_back()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        node.Api.IsDown = true;
        node.Crash("web");
        Assert.Equal(2, node.Held.Containers.Count);
        node.Api.IsDown = false;
        node.Advance(11);
        Assert.Equal(1, node.Main("web").RestartCount);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void A_pod_whose_network_is_lost_gets_another_sandbox_though_the_runtime_says_that_the_old_one_is_well()
    {
        using var node = new TestNode().Start();
        node.Create("a", "server:1");
        var before = Assert.Single(node.Held.Sandboxes);
        node.Do(() => node.Agent.OnNetworkLost(node.Api.Uid("a"), "another", "its network namespace is gone"));
        node.Do(() => node.Agent.OnNetworkLost("nobody", before.Id, "its network namespace is gone"));
        Assert.Equal(before.Id, Assert.Single(node.Held.Sandboxes).Id);

        node.Do(() => node.Agent.OnNetworkLost(node.Api.Uid("a"), before.Id, "its network namespace is gone"));
        // An audit finds the old one as it was, which must not bring it back.
        node.Advance(40);

        Assert.NotEqual(before.Id, node.Held.Sandboxes.Single(one => one.State == SandboxState.Ready).Id);
        Assert.True(node.IsReady("a"));
        Assert.Equal(1, node.Main("a").RestartCount);
        Assert.Contains("Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.", node.Events.Told);
        Assert.Contains(node.Log.Lines, line => line.Contains("The network of pod shop/a is broken; CNI gives it another in a new sandbox: its network namespace is gone"));
    }

    [Fact]
    public void An_audit_does_not_bring_back_a_sandbox_of_no_use_while_its_containers_still_end()
    {
        using var node = new TestNode().Start();
        node.Create("a", "stubborn:1");
        var before = Assert.Single(node.Held.Sandboxes);
        node.Do(() => node.Agent.OnNetworkLost(node.Api.Uid("a"), before.Id, "it has lost its address"));
        node.Advance(35);
        node.Advance(35);

        Assert.NotEqual(before.Id, node.Held.Sandboxes.Single(one => one.State == SandboxState.Ready).Id);
        Assert.True(node.IsReady("a"));
    }

    [Fact]
    public void Sidecars_start_first_and_end_last()
    {
        using var node = new TestNode().Start();
        node.Create("web", spec => spec with
        {
            InitContainers =
            [
                new Container { Name = "proxy", Image = "server:1", RestartPolicy = RestartPolicy.Always },
                new Container { Name = "setup", Image = "job:1" },
            ],
            Containers = [new Container { Name = "main", Image = "server:1" }],
        });
        Assert.Equal("PodInitializing", node.Main("web").State.Waiting!.Reason);
        node.Advance(6);

        Assert.True(node.IsReady("web"));
        node.Delete("web");
        node.Advance(0.1);
        Assert.Null(node.Api.Pod("web"));
        Assert.Equal(["Stopping container main", "Stopping container proxy"], node.Events.Told.Where(one => one.Contains("Stopping")).Select(one => one["Normal Killing: ".Length..]));
    }

    [Fact]
    public void Pods_that_come_and_go_are_weighed_anew()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        node.Create("job", "job:1", policy: RestartPolicy.OnFailure);
        Assert.Equal(["job", "web"], node.HostResources.InQosCgroups.Order());

        // It has ended, but nobody deleted it.
        node.Advance(35);
        Assert.Equal(PodPhase.Succeeded, node.Api.Status("job").Phase);
        Assert.Equal(["web"], node.HostResources.InQosCgroups);

        node.Stop();
        node.HostResources.InQosCgroups.Clear();
        node.Start();
        Assert.Equal(["web"], node.HostResources.InQosCgroups);

        node.Delete("web");
        node.Advance(1);
        Assert.Empty(node.HostResources.InQosCgroups);
    }

    [Fact]
    public void A_sandbox_that_cannot_be_stopped_just_now_is_stopped_a_moment_later_and_that_is_one_line_in_the_log()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        var fails = true;
        node.Runtime.Fault = (verb, _) => verb == RuntimeVerb.StopSandbox && fails && !(fails = false) ? new RuntimeException("ttrpc: closed") : null;

        node.Delete("web");
        node.Advance(0.1);

        Assert.Null(node.Api.Pod("web"));
        Assert.Contains("Warning: Pod shop/web: stopping its sandbox failed and is tried again: ttrpc: closed", node.Log.Lines);
    }

    [Fact]
    public void A_runtime_that_is_away_is_told_of_once()
    {
        using var node = new TestNode().Start();
        node.Runtime.Fault = (verb, _) => verb == RuntimeVerb.List ? new RuntimeUnavailableException("nobody answers") : null;
        node.Advance(100);
        node.Runtime.Fault = null;
        node.Advance(40);

        Assert.Equal(
            ["Warning: The container runtime cannot be asked: nobody answers", "Information: The container runtime can be asked again"],
            node.Log.Lines.Where(one => one.Contains("runtime", StringComparison.Ordinal)));
    }

    [Fact]
    public void Who_cannot_look_for_leftovers_still_sees_the_containers()
    {
        using var node = new TestNode();
        node.HostResources.Blindness = "permission denied";
        node.Start();
        node.Create("web", "server:1");
        node.Crash("web");

        Assert.True(node.IsReady("web"));
        Assert.Contains("Warning: Orphaned pods cannot be looked for on this machine: permission denied", node.Log.Lines);
    }

    [Fact]
    public void A_start_that_ends_in_a_fault_of_ours_is_not_the_containers_last()
    {
        using var node = new TestNode().Start();
        node.Runtime.Fault = (verb, _) => verb == RuntimeVerb.FindContainer ? throw new InvalidOperationException("a fault of ours") : null;
        node.Create("web", "server:1");
        node.Runtime.Fault = null;
        node.Advance(31);
        node.Crash("web");
        node.Advance(11);

        Assert.True(node.IsReady("web"));
        Assert.Equal(1, node.Main("web").RestartCount);
    }

    [Fact]
    public void A_slow_image_is_fetched_once_however_long_a_volume_is_missing()
    {
        using var node = new TestNode(SimulatedOptions.Instant with { Pull = TimeSpan.FromSeconds(60) }).Start();
        node.Images.Publish(new SimulatedImage("slow:1", SimulatedProgram.Server));
        node.HostResources.MissingVolume = "settings";
        node.Create("web", "slow:1");
        node.Advance(25);
        Assert.Single(node.Events.Told, "Normal Pulling: Pulling image \"slow:1\"");

        node.HostResources.MissingVolume = null;
        node.Advance(100);
        Assert.True(node.IsReady("web"));
        Assert.Single(node.Events.Told, "Normal Pulling: Pulling image \"slow:1\"");
    }
}
