using System.Text;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Objects.Storage;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class SchedulingLoopTests : SchedulingTest
{
    [Fact]
    public void A_pod_is_bound_without_any_time_passing()
    {
        Create(Node("a"));
        Create(Pod("web"));
        var started = Loop.Time.GetUtcNow();
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
        Assert.Equal(started, Loop.Time.GetUtcNow());
        Assert.Contains("Normal Scheduled Successfully assigned default/web to a", Events);
    }

    [Fact]
    public void It_tells_how_many_tries_went_how_and_who_waits()
    {
        Create(Node("a", cpu: "1"));
        Create(Pod("large", cpu: "2"));
        Create(Pod("small"));
        var gated = Create(Pod("gated").With(s => s with { SchedulingGates = [new PodSchedulingGate { Name = "wait" }] }));
        Loop.RunUntilIdle();
        var figures = Figures();
        Assert.Contains("scheduler_pending_pods{queue=\"gated\"} 1\n", figures);
        Assert.Contains("scheduler_schedule_attempts_total{profile=\"default-scheduler\",result=\"scheduled\"} 1\n", figures);
        Assert.Matches("scheduler_schedule_attempts_total\\{profile=\"default-scheduler\",result=\"unschedulable\"\\} [1-9]", figures);
        Assert.Contains("scheduler_scheduling_attempt_duration_seconds_count{profile=\"default-scheduler\",result=\"scheduled\"} 1\n", figures);
        Assert.Contains("scheduler_pod_scheduling_sli_duration_seconds_count{attempts=\"1\"} 1\n", figures);
        Assert.Contains("scheduler_pending_pods{queue=\"active\"} 0\n", figures);
        Assert.Contains("scheduler_pending_pods{queue=\"unschedulable\"} 1\n", figures);
        Assert.Contains("scheduler_queue_incoming_pods_total{event=\"PodAdd\",queue=\"active\"} 2\n", figures);
        Assert.Contains("scheduler_preemption_attempts_total 0\n", figures);

        Loop.Await(() => Api.DeleteAsync<Pod>(ObjectKey.Of(gated), new(), default).AsTask());
        Loop.RunUntilIdle();
        Assert.Contains("scheduler_pending_pods{queue=\"gated\"} 0\n", Figures());
    }

    [Fact]
    public void Pods_that_come_together_do_not_get_the_same_room()
    {
        Create(Node("a"));
        Create(Node("b"));
        Create(Pod("one", cpu: "3"));
        Create(Pod("two", cpu: "3"));
        Loop.RunUntilIdle();
        Assert.Equal(["a", "b"], new[] { NodeOfPod("one"), NodeOfPod("two") }.Order());
    }

    [Fact]
    public void A_pod_that_fits_nowhere_says_why_and_goes_as_soon_as_it_fits()
    {
        Create(Node("a", cpu: "1"));
        Create(Pod("web", cpu: "2"));
        Loop.RunUntilIdle();
        var condition = Assert.Single(FindPod("web").Status.Conditions);
        const string Message = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
        Assert.Equal(("PodScheduled", "False", "Unschedulable", Message), (condition.Type, condition.Status, condition.Reason, condition.Message));
        Assert.Equal([$"Warning FailedScheduling {Message}"], Events);

        Create(Node("b"));
        Loop.RunUntilIdle();
        Assert.Equal("b", NodeOfPod("web"));
    }

    [Fact]
    public void Room_that_a_deleted_pod_leaves_is_taken_at_once()
    {
        Create(Node("a", cpu: "1"));
        Create(Pod("old", cpu: "1"));
        Loop.RunUntilIdle();
        Create(Pod("new", cpu: "1"));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("new"));

        Loop.Await(() => Api.DeleteAsync<Pod>(new("default", "old"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("new"));
    }

    [Fact]
    public void Room_that_a_shrinking_pod_leaves_is_taken_once_it_is_left()
    {
        Create(Node("a", cpu: "2"));
        var old = Create(Resized("old", "2", given: "2", on: "a"));
        Create(Pod("new", cpu: "1"));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("new"));

        old = Resize(old, "1");
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("new"));

        Loop.Await(() => Api.UpdateStatusAsync(old with { Status = Resized("old", "1", given: "1", on: "a").Status }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("new"));
    }

    [Fact]
    public void Room_that_a_growing_pod_asks_for_is_given_to_nobody_else()
    {
        Create(Node("a", cpu: "2"));
        var old = Create(Resized("old", "1", given: "1", on: "a"));
        Loop.RunUntilIdle();
        Resize(old, "2");
        Create(Pod("new", cpu: "1"));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("new"));
    }

    [Fact]
    public void A_finished_pod_takes_no_room()
    {
        Create(Node("a", cpu: "1"));
        Create(Pod("job", cpu: "1", on: "a") with { Status = new() { Phase = PodPhase.Succeeded } });
        Create(Pod("new", cpu: "1"));
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("new"));
    }

    [Fact]
    public void An_uncordoned_node_is_used_at_once()
    {
        var node = Create(Node("a") with { Spec = new() { Unschedulable = true } });
        Create(Pod("web"));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("web"));

        Loop.Await(() => Api.UpdateAsync(node with { Spec = new() }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
    }

    [Fact]
    public void A_heartbeat_does_not_wake_a_pod_that_it_cannot_help()
    {
        var node = Create(Node("a", cpu: "1"));
        Create(Pod("web", cpu: "2"));
        Loop.RunUntilIdle();
        Loop.Await(() => Api.UpdateStatusAsync(node with { Status = node.Status with { Phase = "Running" } }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Single(Events);
    }

    [Fact]
    public void Higher_priority_goes_first()
    {
        Create(Pod("low", cpu: "1"));
        Create(Pod("high", cpu: "1").With(s => s with { PriorityClassName = "system-cluster-critical" }));
        Loop.RunUntilIdle();
        Create(Node("a", cpu: "1"));
        Loop.RunUntilIdle();
        Assert.Equal((null, "a"), (NodeOfPod("low"), NodeOfPod("high")));
    }

    [Fact]
    public void A_binding_that_fails_is_tried_again_after_a_pause_and_gives_its_room_back()
    {
        FailBindings(2);
        Create(Node("a", cpu: "1"));
        Create(Pod("web", cpu: "1"));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("web"));
        Assert.True(Loop.RunUntil(() => NodeOfPod("web") == "a", TimeSpan.FromSeconds(3.1)));
        Assert.Equal(TimeSpan.FromSeconds(3), Loop.Time.GetUtcNow() - new ManualTimeProvider().GetUtcNow());
    }

    [Fact]
    public void AClock_that_is_set_back_does_not_lengthen_the_pause_after_a_failure()
    {
        FailBindings(1);
        Create(Node("a", cpu: "1"));
        Create(Pod("web", cpu: "1"));
        Loop.RunUntilIdle();
        Clock.Ahead = TimeSpan.FromHours(-1);
        Assert.True(Loop.RunUntil(() => NodeOfPod("web") == "a", TimeSpan.FromSeconds(1.1)));
    }

    [Fact]
    public void Pods_of_otherSchedulers_gated_pods_and_leaving_pods_are_left_alone()
    {
        Create(Pod("other").With(s => s with { SchedulerName = "mine" }));
        Create(Pod("gated").With(s => s with { SchedulingGates = [new PodSchedulingGate { Name = "wait" }] }));
        var leaving = Pod("leaving");
        Create(leaving with { Metadata = leaving.Metadata with { Finalizers = ["example.com/wait"] } });
        Loop.Await(() => Api.DeleteAsync<Pod>(new("default", "leaving"), null, default).AsTask());
        var before = Events.Count;
        Create(Node("a"));
        Loop.RunUntilIdle();
        Assert.All(Api.All<Pod>(), p => Assert.Null(p.Spec.NodeName));
        Assert.Equal(before, Events.Count);
    }

    [Fact]
    public void A_pod_whose_gates_are_lifted_is_scheduled()
    {
        Create(Node("a"));
        var gated = Create(Pod("web").With(s => s with { SchedulingGates = [new PodSchedulingGate { Name = "wait" }] }));
        Loop.RunUntilIdle();
        Loop.Await(() => Api.UpdateAsync(gated.With(s => s with { SchedulingGates = [] }), default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
    }

    [Fact]
    public void A_more_important_pod_gets_the_place_of_another_as_soon_as_that_is_gone()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("minor", "2"));
        Loop.RunUntilIdle();
        Create(Critical("major"));
        Loop.RunUntilIdle();

        // It goes with its grace, and knows why; meanwhile nobody else gets the place.
        var victim = FindPod("minor");
        var condition = victim.Status.Conditions.Single(one => one.Type == "DisruptionTarget");
        Assert.Equal(
            ("True", "PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod"),
            (condition.Status, condition.Reason, condition.Message));
        Assert.NotNull(victim.Metadata.DeletionTimestamp);
        Assert.Contains($"Normal Preempted Preempted by pod {FindPod("major").Metadata.Uid} on node a", Events);
        Assert.Contains("Warning FailedScheduling 0/1 nodes are available: 1 Insufficient cpu.", Events);
        Assert.Equal((null, "a"), (NodeOfPod("major"), FindPod("major").Status.NominatedNodeName));
        Create(Pod("late", "1"));
        Loop.RunUntilIdle();

        Loop.Await(() => Api.DeleteAsync<Pod>(new("default", "minor"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal(("a", null, null), (NodeOfPod("major"), FindPod("major").Status.NominatedNodeName, NodeOfPod("late")));
    }

    [Fact]
    public void Who_lacks_more_than_was_left_is_not_tried_in_vain()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("one", "1"));
        Create(Pod("two", "1"));
        Loop.RunUntilIdle();
        Create(Pod("large", "2"));
        Loop.RunUntilIdle();
        var before = Events.Count;
        Loop.Await(() => Api.DeleteAsync<Pod>(new("default", "one"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal(before, Events.Count);

        Loop.Await(() => Api.DeleteAsync<Pod>(new("default", "two"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("large"));
    }

    [Fact]
    public void A_budget_sends_a_more_important_pod_where_nothing_is_broken()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("kept", "2", labels: ("app", "kept")));
        Loop.RunUntilIdle();
        Create(Node("b", cpu: "2"));
        Create(Pod("free", "2").With(spec => spec with { PriorityClassName = "system-cluster-critical" }));
        Create(new PodDisruptionBudget { Metadata = new() { Namespace = "default", Name = "keep" }, Spec = new() { Selector = new() { MatchLabels = ValueMap.Of(("app", "kept")) } } });
        Loop.RunUntilIdle();
        Create(Critical("major"));
        Loop.RunUntilIdle();
        Assert.Equal("free", Assert.Single(Api.All<Pod>(), pod => pod.Metadata.DeletionTimestamp is not null).Metadata.Name);
    }

    [Fact]
    public void Who_waits_for_a_place_that_is_being_freed_ends_nobody_else()
    {
        Create(Node("a", cpu: "2"));
        Create(Node("b", cpu: "2"));
        Create(Pod("one", "2"));
        Create(Pod("two", "2"));
        Loop.RunUntilIdle();
        Create(Critical("major"));
        Loop.RunUntilIdle();
        Create(Node("c", cpu: "1"));
        Loop.RunUntilIdle();
        Assert.Single(Api.All<Pod>(), pod => pod.Metadata.DeletionTimestamp is not null);
        Assert.Contains(Events, note => note.EndsWith("preemption: not eligible due to a terminating pod on the nominated node.", StringComparison.Ordinal));
    }

    [Fact]
    public void Room_that_could_not_be_made_is_made_later()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("minor", "2"));
        Loop.RunUntilIdle();
        var times = 2;
        Api.Fault = (verb, _) =>
        {
            if (verb == "delete" && times-- > 0)
            {
                throw new IOException("the connection was reset");
            }
        };
        Create(Critical("major"));
        Loop.RunFor(TimeSpan.FromSeconds(20));
        Assert.NotNull(FindPod("minor").Metadata.DeletionTimestamp);
    }

    [Fact]
    public void Who_got_no_room_is_nominated_for_nothing_and_others_may_have_what_is_free()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("minor", "1"));
        Loop.RunUntilIdle();
        Api.Fault = (verb, _) =>
        {
            if (verb == "delete")
            {
                throw new IOException("the connection was reset");
            }
        };
        Create(Critical("major"));
        Loop.RunUntilIdle();
        Assert.Null(FindPod("major").Status.NominatedNodeName);
        Assert.Contains("Warning FailedScheduling 0/1 nodes are available: 1 Insufficient cpu.", Events);
        Create(Pod("late", "1"));
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("late"));
    }

    [Fact]
    public void Who_could_not_be_bound_to_the_node_that_was_made_free_is_nominated_for_nothing()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("minor", "2"));
        Loop.RunUntilIdle();
        Create(Critical("major"));
        Loop.RunUntilIdle();
        Assert.Equal("a", FindPod("major").Status.NominatedNodeName);

        FailBindings(1);
        Loop.Await(() => Api.DeleteAsync<Pod>(new("default", "minor"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal((null, null), (NodeOfPod("major"), FindPod("major").Status.NominatedNodeName));
        Loop.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal("a", NodeOfPod("major"));
    }

    [Fact]
    public void A_node_that_somebody_else_nominates_a_pod_for_is_taken_if_it_can_be()
    {
        Create(Node("a", cpu: "8"));
        Create(Node("b"));
        var pod = Create(Pod("web").With(spec => spec with { SchedulingGates = [new() { Name = "example.com/later" }] }));
        pod = Nominate(pod, "b");
        Loop.Await(() => Api.UpdateAsync(pod.With(spec => spec with { SchedulingGates = [] }), default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal(("b", null), (NodeOfPod("web"), FindPod("web").Status.NominatedNodeName));
    }

    [Fact]
    public void The_room_of_a_pod_that_is_nominated_for_another_node_is_there_for_others_at_once()
    {
        Create(Node("a", cpu: "2"));
        Create(Node("b", cpu: "1"));
        Create(Pod("keeper", "2").With(spec => spec with { NodeSelector = ValueMap.Of(("none", "has-it")) }));
        Loop.RunUntilIdle();
        Nominate(FindPod("keeper"), "a");
        Create(Pod("other", "2"));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("other"));

        Nominate(FindPod("keeper"), "b");
        Assert.Equal("a", NodeOfPod("other"));
    }

    private static Pod Critical(string name) => Pod(name, "2").With(spec => spec with { PriorityClassName = "system-node-critical" });

    private Pod Resize(Pod pod, string cpu)
    {
        var wanted = pod.With(spec => spec with { Containers = spec.Containers.ConvertAll(one => one with { Resources = Requests(cpu) }) });
        return (Pod)Loop.Await(() => Api.WriteAsync(BuiltInKinds.Of<Pod>(), new ObjectWrite.Update(wanted, "resize"), default).AsTask());
    }

    private Pod Nominate(Pod pod, string node)
    {
        var told = Loop.Await(() => Api.UpdateStatusAsync(pod with { Status = pod.Status with { NominatedNodeName = node } }, default).AsTask());
        Loop.RunUntilIdle();
        return told;
    }

    private void FailBindings(int times) => Api.Fault = (verb, _) =>
    {
        if (verb == "bind" && times-- > 0)
        {
            throw new IOException("the connection was reset");
        }
    };
}
