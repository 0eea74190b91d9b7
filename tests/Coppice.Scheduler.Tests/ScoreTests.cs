using Coppice.Objects;
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

    [Fact]
    public void Pods_of_one_owner_are_spread()
    {
        var owner = new Objects.Meta.OwnerReference { Uid = "rs", Controller = true };
        Pod Owned(string name, string? on) => Pod(name, on: on) is var pod ? pod with { Metadata = pod.Metadata with { OwnerReferences = [owner] } } : pod;
        Assert.Equal("b", NodeOf(Plan(Owned("new", null), [Node("a"), Node("b")], Owned("old", "a"), Pod("other", on: "b"))));
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
        var first = SchedulingPlanner.Plan(new PodInfo(Pod("p")), state.Snapshot(0), new(), SchedulerOptions.Default);
        var second = SchedulingPlanner.Plan(new PodInfo(Pod("p")), state.Snapshot(1), new(), SchedulerOptions.Default);
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

    /// <summary>By the meaning of the words: every term of every pair of pods adds its weight to every node in the same domain.</summary>
    private static long[]? ScoreOneByOne(PodInfo pod, ClusterSnapshot cluster)
    {
        var counted = false;
        var sums = cluster.Nodes.Select(node => cluster.Nodes.Sum(there => there.Pods.Sum(other =>
            Together(node, there, pod.PreferredAffinity, other) + Together(node, there, pod.PreferredAntiAffinity, other)
            + Together(node, there, other.PreferredAffinity, pod) + Together(node, there, other.PreferredAntiAffinity, pod)
            + Together(node, there, other.RequiredAffinity, pod)))).ToArray();
        var (least, most) = (sums.Min(), sums.Max());
        return !counted || least == most ? null : [.. sums.Select(s => IScore.MaxNodeScore * (s - least) / (most - least))];

        long Together(NodeInfo node, NodeInfo there, IReadOnlyList<AffinityTerm> terms, PodInfo meant) => terms.Sum(term =>
        {
            var isSame = term.Pods.Matches(meant, cluster.Namespaces) && there.Labels.Find(term.TopologyKey) is { } place && node.Labels.Find(term.TopologyKey) == place;
            counted |= isSame;
            return isSame ? (long)term.Weight : 0;
        });
    }
}
