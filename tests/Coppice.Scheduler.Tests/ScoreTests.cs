using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class ScoreTests
{
    [Fact]
    public void The_emptier_node_is_preferred()
    {
        Assert.Equal("b", NodeOf(Plan(Pod("p", cpu: "1"), [Node("a"), Node("b")], Pod("old", cpu: "1", on: "a"))));
    }

    [Fact]
    public void Pods_that_ask_for_nothing_are_taken_to_use_something()
    {
        Assert.Equal("b", NodeOf(Plan(Pod("p"), [Node("a"), Node("b")], Pod("old", on: "a"))));

        // Of a pod that asks for something as a whole, containers that ask for nothing are nothing beside that.
        var whole = Pod("whole", on: "b").With(s => s with { Resources = Requests("150m", "200Mi") });
        Assert.Equal("b", NodeOf(Plan(Pod("p"), [Node("a"), Node("b")], whole, Pod("one", on: "a"), Pod("two", on: "a"))));
    }

    [Theory]
    [InlineData("ReplicaSet")]
    [InlineData("StatefulSet")]
    [InlineData("ReplicationController")]
    [InlineData("Service")]
    public void Pods_that_do_the_same_are_spread(string kind)
    {
        var state = new ClusterState();
        var (metadata, selector) = (new Objects.Meta.ObjectMeta { Namespace = "default", Name = "web" }, new Objects.Meta.LabelSelector { MatchLabels = ValueMap.Of(("app", "web")) });
        switch (kind)
        {
            case "ReplicaSet":
                state.Workloads.Learn(new ObjectChange<ReplicaSet>(null, new() { Metadata = metadata, Spec = new() { Selector = selector } }));
                break;
            case "StatefulSet":
                state.Workloads.Learn(new ObjectChange<StatefulSet>(null, new() { Metadata = metadata, Spec = new() { Selector = selector } }));
                break;
            case "ReplicationController":
                state.Workloads.Learn(new ObjectChange<ReplicationController>(null, new() { Metadata = metadata, Spec = new() { Selector = selector.MatchLabels } }));
                break;
            default:
                state.Workloads.Learn(new ObjectChange<Service>(null, new() { Metadata = metadata, Spec = new() { Selector = selector.MatchLabels } }));
                break;
        }

        Pod Web(string name, string? on) => Pod(name, on: on, labels: ("app", "web")) is var pod
            ? pod with { Metadata = pod.Metadata with { OwnerReferences = kind == "Service" ? [] : [new() { Kind = kind, Name = "web", Uid = "1", Controller = true }] } }
            : pod;
        Assert.Equal("b", NodeOf(Plan(state, Web("new", null), [Node("a"), Node("b")], Web("old", "a"), Pod("other", cpu: "1", on: "b"))));

        // Without anybody who says that they belong together, only room counts.
        Assert.Equal("a", NodeOf(Plan(new ClusterState(), Web("new", null), [Node("a"), Node("b")], Web("old", "a"), Pod("other", cpu: "1", on: "b"))));
    }

    [Fact]
    public void A_node_that_lacks_a_label_of_a_soft_spread_comes_last()
    {
        var pod = Pod("new", labels: ("app", "web")).With(spec => spec with
        {
            TopologySpreadConstraints = [new() { MaxSkew = 1, TopologyKey = "zone", WhenUnsatisfiable = "ScheduleAnyway", LabelSelector = new() { MatchLabels = ValueMap.Of(("app", "web")) } }],
        });
        Node[] nodes = [Node("a"), Node("b", labels: ("zone", "1")), Node("c", labels: ("zone", "2"))];
        Assert.Equal([0, 0, 100], SpreadOf(pod, nodes, Pod("one", on: "b", labels: ("app", "web")), Pod("two", on: "b", labels: ("app", "web"))));
        Assert.Equal([0, 100, 100], SpreadOf(pod, nodes));
    }

    [Theory]
    [InlineData("LeastAllocated", 50)] // 3 of 4 CPUs and 2 of 8 GiB: 25 and 75 are left.
    [InlineData("MostAllocated", 50)]
    [InlineData("RequestedToCapacityRatio", 75)] // 75 % gives 100, 25 % gives 50.
    public void Room_is_judged_as_the_strategy_says(string strategy, long expected)
    {
        var score = new AllocationScore(Enum.Parse<AllocationStrategy>(strategy), ResourceShare.Usual, [new(0, 0), new(50, 10), new(100, 10)]);
        Assert.Equal([expected], ScoreOn(score, Pod("new", "2", "1Gi"), Node("a"), Pod("old", "1", "1Gi", on: "a")));
    }

    [Fact]
    public void An_extended_resource_counts_for_those_that_ask_for_it()
    {
        var score = new AllocationScore(AllocationStrategy.MostAllocated, [new("cpu", 1), new("example.com/gpu", 3)], []);
        var node = Node("a") is var plain ? plain with { Status = plain.Status with { Allocatable = plain.Status.Allocatable.With("example.com/gpu", Quantity.FromUnits(4)) } } : plain;
        Assert.Equal([25], ScoreOn(score, Pod("new", "1"), node));
        var wanting = Pod("new").With(spec => spec with
        {
            Containers = [spec.Containers[0] with { Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.FromUnits(1)), ("example.com/gpu", Quantity.FromUnits(2))) } }],
        });
        Assert.Equal([(25 + 3 * 50) / 4], ScoreOn(score, wanting, node));
    }

    [Fact]
    public void Resources_that_run_out_together_are_better()
    {
        var score = new BalanceScore(ResourceShare.Usual);
        Assert.Equal([100], ScoreOn(score, Pod("new", "2", "4Gi"), Node("a")));
        Assert.Equal([75], ScoreOn(score, Pod("new", "2", "0"), Node("a")));
        Assert.Null(ScoreOn(score, Pod("new"), Node("a")));
        Assert.Equal([76], ScoreOn(new BalanceScore([.. ResourceShare.Usual, new("ephemeral-storage", 1)]), Pod("new", "2", "0"), Node("a")));
    }

    [Fact]
    public void A_preferred_taint_is_avoided_but_not_forbidden()
    {
        var disliked = Node("a").Tainted("old", TaintEffect.PreferNoSchedule);
        Assert.Equal("b", NodeOf(Plan(Pod("p"), [disliked, Node("b")])));
        Assert.Equal("a", NodeOf(Plan(Pod("p"), [disliked])));
    }

    [Fact]
    public void A_node_that_has_the_image_is_preferred()
    {
        var warm = Node("b") with { };
        warm = warm with { Status = warm.Status with { Images = [new ContainerImage { Names = ["web:latest"], SizeBytes = 900L << 20 }] } };
        var pod = Pod("p").With(s => s with { Containers = [s.Containers[0] with { Image = "web" }] });
        Assert.Equal("b", NodeOf(Plan(pod, [Node("a"), warm])));
    }

    [Fact]
    public void A_preferred_node_affinity_draws_the_pod()
    {
        var wish = new PreferredSchedulingTerm
        {
            Weight = 10,
            Preference = new() { MatchExpressions = [new NodeSelectorRequirement { Key = "disk", Operator = "In", Values = ["ssd"] }] },
        };
        var pod = Pod("p").With(s => s with { Affinity = new() { NodeAffinity = new() { PreferredDuringSchedulingIgnoredDuringExecution = [wish] } } });
        Assert.Equal("b", NodeOf(Plan(pod, [Node("a"), Node("b", labels: ("disk", "ssd"))])));
    }

    [Fact]
    public void A_preferred_neighbour_draws_the_pod()
    {
        var wish = new WeightedPodAffinityTerm
        {
            Weight = 50,
            PodAffinityTerm = new() { TopologyKey = "kubernetes.io/hostname", LabelSelector = new() { MatchLabels = ValueMap.Of(("app", "cache")) } },
        };
        var pod = Pod("p").With(s => s with { Affinity = new() { PodAffinity = new() { PreferredDuringSchedulingIgnoredDuringExecution = [wish] } } });
        Assert.Equal("b", NodeOf(Plan(pod, [Node("a"), Node("b")], Pod("cache", on: "b", labels: ("app", "cache")))));
    }

    [Fact]
    public void Equal_nodes_get_their_turns()
    {
        var state = new ClusterState();
        state.SetNode(Node("a"));
        state.SetNode(Node("b"));
        var first = SchedulingPlanner.Plan(new PodInfo(Pod("p")), state.Snapshot(0), new(), SchedulerProfile.Default);
        var second = SchedulingPlanner.Plan(new PodInfo(Pod("p")), state.Snapshot(1), new(), SchedulerProfile.Default);
        Assert.Equal(("a", "b"), (NodeOf(first), NodeOf(second)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Preferences_about_other_pods_are_scored_as_by_counting_each_one_alone(int seed)
    {
        var random = new Random(seed);
        string[] labels = ["kubernetes.io/hostname", "zone", "rack"];
        for (var round = 0; round < 40; round++)
        {
            var state = new ClusterState();
            var nodes = Enumerable.Range(0, random.Next(1, 12)).Select(i => Node($"n{i}", labels:
                [.. labels.Skip(1).Where(_ => random.Next(4) > 0).Select(label => (label, $"{label}{random.Next(3)}"))])).ToList();
            nodes.ForEach(state.SetNode);
            for (var i = 0; i < random.Next(25); i++)
            {
                state.Assign(Choosy($"p{i}", nodes[random.Next(nodes.Count)].Metadata.Name));
            }

            var pod = new PodInfo(Choosy("new", null));
            var cluster = state.Snapshot(0);
            Assert.Equal(ScoreOneByOne(pod, cluster), new PodAffinityScore().Score(pod, cluster, [.. cluster.Nodes]));
        }

        Pod Choosy(string name, string? on) => Pod(name, on: on, labels: ("app", $"{random.Next(3)}")).With(spec => spec with
        {
            Affinity = new()
            {
                PodAffinity = new() { PreferredDuringSchedulingIgnoredDuringExecution = Terms(), RequiredDuringSchedulingIgnoredDuringExecution = [.. Terms().Select(t => t.PodAffinityTerm)] },
                PodAntiAffinity = new() { PreferredDuringSchedulingIgnoredDuringExecution = Terms() },
            },
        });

        ValueList<WeightedPodAffinityTerm> Terms() =>
        [
            .. Enumerable.Range(0, random.Next(3)).Select(_ => new WeightedPodAffinityTerm
            {
                Weight = random.Next(1, 101),
                PodAffinityTerm = new() { TopologyKey = labels[random.Next(labels.Length)], LabelSelector = new() { MatchLabels = ValueMap.Of(("app", $"{random.Next(3)}")) } },
            }),
        ];
    }

    private static IEnumerable<long>? SpreadOf(Pod pod, Node[] nodes, params Pod[] placed)
    {
        var state = new ClusterState();
        Array.ForEach(nodes, state.SetNode);
        Array.ForEach(placed, state.Assign);
        var cluster = state.Snapshot(0);
        return new SpreadScore(SpreadDefaults.System).Score(new PodInfo(pod), cluster, [.. cluster.Nodes]);
    }

    private static IEnumerable<long>? ScoreOn(IScore score, Pod pod, Node node, params Pod[] placed)
    {
        var state = new ClusterState();
        state.SetNode(node);
        Array.ForEach(placed, state.Assign);
        var cluster = state.Snapshot(0);
        return score.Score(new PodInfo(pod), cluster, [.. cluster.Nodes]);
    }

    /// <summary>By the meaning of the words: every term of every pair of pods adds its weight to every node in the same domain.</summary>
    private static long[]? ScoreOneByOne(PodInfo pod, ClusterSnapshot cluster)
    {
        var counted = false;
        var sums = cluster.Nodes.Select(node => cluster.Nodes.Sum(there => there.Pods.Sum(other =>
            Together(node, there, pod.PreferredAffinity, other) + Together(node, there, pod.PreferredAntiAffinity, other)
            + Together(node, there, other.PreferredAffinity, pod) + Together(node, there, other.PreferredAntiAffinity, pod)
            + Together(node, there, other.RequiredAffinity, pod, 1)))).ToArray();
        var (least, most) = (sums.Min(), sums.Max());
        return !counted || least == most ? null : [.. sums.Select(s => IScore.MaxNodeScore * (s - least) / (most - least))];

        long Together(NodeInfo node, NodeInfo there, IReadOnlyList<AffinityTerm> terms, PodInfo meant, int? weight = null) => terms.Sum(term =>
        {
            var isSame = term.Pods.Matches(meant, cluster.Namespaces) && there.Labels.Find(term.TopologyKey) is { } place && node.Labels.Find(term.TopologyKey) == place;
            counted |= isSame;
            return isSame ? (long)(weight ?? term.Weight) : 0;
        });
    }
}
