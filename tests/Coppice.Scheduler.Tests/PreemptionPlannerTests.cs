using Coppice.Objects;
using Coppice.Objects.Core;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class PreemptionPlannerTests
{
    [Fact]
    public void Only_as_many_go_as_must_and_the_least_important_first() => Assert.Equal(
        "a: minor",
        VictimsOf(Plan(Pod("new", "2").Important(100), [Node("a")], Pod("major", "2", on: "a").Important(50), Pod("minor", "2", on: "a").Important(10))));

    [Fact]
    public void Those_that_run_for_longer_stay() => Assert.Equal(
        "a: young",
        VictimsOf(Plan(Pod("new", "2").Important(100), [Node("a")], Pod("young", "2", on: "a").Important(1, startedAt: 9), Pod("old", "2", on: "a").Important(1, startedAt: 2))));

    [Fact]
    public void Nobody_goes_where_that_does_not_help_or_for_whom_it_is_not()
    {
        const string Full = "0/1 nodes are available: 1 Insufficient cpu. preemption: ";
        var equal = Plan(Pod("new", "2").Important(10), [Node("a", "2")], Pod("old", "2", on: "a").Important(10));
        Assert.Equal($"{Full}0/1 nodes are available: 1 No preemption victims found for incoming pod.", MessageOf(equal));
        var tooLarge = Plan(Pod("new", "3").Important(10), [Node("a", "2")], Pod("old", "2", on: "a").Important(1));
        Assert.Equal($"{Full}0/1 nodes are available: 1 Preemption is not helpful for scheduling.", MessageOf(tooLarge));
        var patient = Plan(
            Pod("new", "2").Important(10).With(spec => spec with { PreemptionPolicy = PreemptionPolicy.Never }), [Node("a", "2")], Pod("old", "2", on: "a").Important(1));
        Assert.Equal($"{Full}not eligible due to preemptionPolicy=Never.", MessageOf(patient));
    }

    [Theory]
    [InlineData("b: b1", "2:5", "2:3")] // The most important one is less important.
    [InlineData("b: b1 b2", "1:4,1:4", "1:4,1:2")] // They are less important together.
    [InlineData("a: a1", "2:3", "1:3,1:3")] // They are fewer.
    public void The_node_is_chosen_whose_victims_matter_least(string expected, string onA, string onB) =>
        Assert.Equal(expected, VictimsOf(Plan(Pod("new", "2").Important(100), [Node("a", "2"), Node("b", "2")], [.. Placed("a", onA), .. Placed("b", onB)])));

    [Fact]
    public void Of_equal_victims_those_go_that_began_last() => Assert.Equal(
        "b: late",
        VictimsOf(Plan(
            Pod("new", "2").Important(100), [Node("a", "2"), Node("b", "2")],
            Pod("early", "2", on: "a").Important(1, startedAt: 1), Pod("late", "2", on: "b").Important(1, startedAt: 5))));

    [Fact]
    public void Ports_places_and_pods_that_keep_others_away_are_freed_too()
    {
        var port = Pod("new").Important(10).With(spec => spec with { Containers = [spec.Containers[0] with { Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = 80 }] }] });
        Assert.Equal("a: old", VictimsOf(Plan(port, [Node("a")], port with { Metadata = port.Metadata with { Name = "old" }, Spec = port.Spec with { NodeName = "a", Priority = 0 } })));
        Assert.Equal("a: old", VictimsOf(Plan(Pod("new").Important(10), [Node("a", pods: 1)], Pod("old", on: "a").Important(0))));
        var loner = Pod("old", on: "a", labels: ("app", "x")).Important(0);
        var apart = Pod("new").Important(10).With(spec => spec with
        {
            Affinity = new()
            {
                PodAntiAffinity = new()
                {
                    RequiredDuringSchedulingIgnoredDuringExecution =
                        [new() { TopologyKey = "kubernetes.io/hostname", LabelSelector = new() { MatchLabels = ValueMap.Of(("app", "x")) } }],
                },
            },
        });
        Assert.Equal("a: old", VictimsOf(Plan(apart, [Node("a")], loner, Pod("other", on: "a").Important(0))));
    }

    [Fact]
    public void What_was_tried_leaves_no_trace()
    {
        var state = new ClusterState();
        state.SetNode(Node("a", "2"));
        state.Assign(Pod("old", "2", on: "a").Important(0));
        var before = state.Snapshot(0).Find("a");
        var pod = new PodInfo(Pod("new", "2").Important(10));
        var not = (SchedulingPlan.Unschedulable)SchedulingPlanner.Plan(pod, state.Snapshot(0), new(), SchedulerOptions.Default);
        Assert.IsType<PreemptionPlan.Preempt>(PreemptionPlanner.Plan(pod, state, new(), not.Rejections));
        Assert.Same(before, state.Snapshot(0).Find("a"));
        Assert.Equal(0, state.LowestPriority);
    }

    private static Pod[] Placed(string node, string pods) =>
        [.. pods.Split(',').Select((one, number) => Pod($"{node}{number + 1}", one.Split(':')[0], on: node).Important(int.Parse(one.Split(':')[1])))];
}
