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
        var first = SchedulingPlanner.Plan(new PodDemand(Pod("p")), state.Snapshot(0), SchedulerOptions.Default);
        var second = SchedulingPlanner.Plan(new PodDemand(Pod("p")), state.Snapshot(1), SchedulerOptions.Default);
        Assert.Equal(("a", "b"), (NodeOf(first), NodeOf(second)));
    }
}
