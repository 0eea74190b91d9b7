using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
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

    [Theory]
    [InlineData(0, "b: b1")] // b's pod matters more, but no budget keeps it.
    [InlineData(1, "a: a1")] // One may go.
    public void A_node_is_taken_where_no_budget_is_broken_before_all_else(int allowed, string expected)
    {
        var state = new ClusterState();
        state.Budgets.Learn(Budget("one", "app", allowed));
        Assert.Equal(expected, VictimsOf(Plan(
            state, Pod("new", "2").Important(100), [Node("a", "2"), Node("b", "2")],
            Pod("a1", "2", on: "a", labels: ("app", "1")).Important(1), Pod("b1", "2", on: "b").Important(50))));
    }

    [Fact]
    public void Whom_a_budget_keeps_stays_before_those_that_matter_more()
    {
        var state = new ClusterState();
        state.Budgets.Learn(Budget("one", "app", allowed: 0));
        Assert.Equal("a: major", VictimsOf(Plan(
            state, Pod("new", "2").Important(100), [Node("a")],
            Pod("kept", "2", on: "a", labels: ("app", "1")).Important(1), Pod("major", "2", on: "a").Important(50))));
    }

    [Fact]
    public void A_budget_is_broken_where_nothing_else_helps()
    {
        var state = new ClusterState();
        state.Budgets.Learn(Budget("one", "app", allowed: 0));
        Assert.Equal("a: kept", VictimsOf(Plan(state, Pod("new", "2").Important(100), [Node("a", "2")], Pod("kept", "2", on: "a", labels: ("app", "1")).Important(1))));
    }

    [Fact]
    public void Each_pod_that_goes_takes_of_what_a_budget_allows_but_for_those_that_go_already()
    {
        var budgets = new BudgetState();
        budgets.Learn(Budget("one", "app", allowed: 1, "gone"));
        budgets.Learn(new(null, new() { Metadata = new() { Namespace = "default", Name = "all" }, Spec = new() { Selector = new() } }));
        PodInfo[] pods = [.. ((string[])["gone", "first", "second"]).Select(name => new PodInfo(Pod(name, labels: ("app", "1")))), new PodInfo(Pod("bare"))];
        Assert.Equal([pods[2]], budgets.Violators(pods));
    }

    [Fact]
    public void Who_waits_for_a_node_counts_for_those_that_are_no_more_important_with_all_that_it_asks_for()
    {
        var term = new PodAffinityTerm { TopologyKey = "kubernetes.io/hostname", LabelSelector = new() { MatchLabels = ValueMap.Of(("app", "web")) } };
        var apart = new Affinity { PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term] } };
        var web = Pod("new", labels: ("app", "web")).Important(5);
        foreach (var waiting in (Pod[])[Pod("waiting", "4").Important(5), Pod("waiting").Important(5).With(spec => spec with { Affinity = apart })])
        {
            Assert.Null(NodeOf(PlanBeside(waiting, web.With(spec => spec with { Containers = [spec.Containers[0] with { Resources = Requests("1") }] }))));
            Assert.Equal("a", NodeOf(PlanBeside(waiting, web.Important(6))));
        }

        Assert.Null(NodeOf(PlanBeside(Pod("waiting", labels: ("app", "web")).Important(5), web.With(spec => spec with { Affinity = apart }))));

        // It is not there yet: nobody can rely on it.
        var together = web.With(spec => spec with { Affinity = new() { PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term] } } }) with { Metadata = Pod("new").Metadata };
        Assert.Null(NodeOf(PlanBeside(Pod("waiting", labels: ("app", "web")).Important(5), together)));
    }

    [Fact]
    public void Of_equal_victims_those_go_that_began_last() => Assert.Equal(
        "b: late",
        VictimsOf(Plan(
            Pod("new", "2").Important(100), [Node("a", "2"), Node("b", "2")],
            Pod("early", "2", on: "a").Important(1, startedAt: 1), Pod("late", "2", on: "b").Important(1, startedAt: 5))));

    [Fact]
    public void Nodes_that_are_passed_over_have_nobody_who_matters_less()
    {
        var random = new Random(7);
        var compared = 0;
        for (var round = 0; round < 300; round++)
        {
            var pods = Enumerable.Range(0, 6).Select(node => Enumerable.Range(0, random.Next(4)).Select(number => Pod(
                $"p{node}{number}", $"{random.Next(1, 3)}", on: $"n{node}", labels: ("app", $"{random.Next(3)}")).Important(random.Next(3), startedAt: random.Next(1, 5))).ToArray()).ToArray();
            ClusterState Guarded()
            {
                var state = new ClusterState();
                state.Budgets.Learn(Budget("one", "app", allowed: 0));
                return state;
            }

            var wanted = Pod("new", "4").Important(2);
            Victims? best = null;
            foreach (var (node, here) in pods.Index())
            {
                if (Plan(Guarded(), wanted, [Node($"n{node}")], here).Preemption is PreemptionPlan.Preempt { Victims: var victims })
                {
                    best = best is null ? victims : Victims.Better(best, victims);
                }
            }

            var all = Plan(Guarded(), wanted, [.. pods.Index().Select(one => Node($"n{one.Index}"))], [.. pods.SelectMany(one => one)]);
            if (all.Bind is not null)
            {
                // Nobody has to go.
                continue;
            }

            Assert.Equal(best is null ? null : Text(best), (all.Preemption as PreemptionPlan.Preempt)?.Victims is { } found ? Text(found) : null);
            compared++;
        }

        Assert.True(compared > 30, $"compared only {compared}");

        static string Text(Victims victims) => $"{victims.Node.Name}: {string.Join(' ', victims.Pods.Select(pod => pod.Key.Name))}";
    }

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
        var not = (SchedulingPlan.Unschedulable)SchedulingPlanner.Plan(pod, state.Snapshot(0), new(), SchedulerProfile.Default);
        Assert.IsType<PreemptionPlan.Preempt>(PreemptionPlanner.Plan(pod, state, new(), SchedulerProfile.Default, not));
        Assert.Same(before, state.Snapshot(0).Find("a"));
        Assert.Equal(0, state.LowestPriority);
    }

    private static SchedulingPlan PlanBeside(Pod waiting, Pod pod)
    {
        var state = new ClusterState();
        state.SetNode(Node("a"));
        var nominations = new Nominations();
        nominations.Set(new PodInfo(waiting), "a");
        return SchedulingPlanner.Plan(new PodInfo(pod), state.Snapshot(0), nominations, SchedulerProfile.Default);
    }

    private static ObjectChange<PodDisruptionBudget> Budget(string name, string label, int allowed, params string[] going) => new(null, new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new() { Selector = new() { MatchLabels = ValueMap.Of((label, "1")) } },
        Status = new() { DisruptionsAllowed = allowed, DisruptedPods = going.Select(pod => KeyValuePair.Create(pod, DateTimeOffset.UnixEpoch)).ToValueMap() },
    });

    private static Pod[] Placed(string node, string pods) =>
        [.. pods.Split(',').Select((one, number) => Pod($"{node}{number + 1}", one.Split(':')[0], on: node).Important(int.Parse(one.Split(':')[1])))];
}
