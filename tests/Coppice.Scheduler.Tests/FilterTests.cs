using Coppice.Objects;
using Coppice.Objects.Core;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class FilterTests
{
    [Fact]
    public void A_pod_goes_where_its_requests_are_left()
    {
        var plan = Plan(Pod("new", cpu: "2"), [Node("a"), Node("b")], Pod("old", cpu: "3", on: "a"));
        Assert.Equal("b", NodeOf(plan));
    }

    [Fact]
    public void The_message_counts_the_nodes_by_reason_as_Kubernetes_does()
    {
        Node[] nodes =
        [
            Node("a").Tainted("node.kubernetes.io/not-ready", TaintEffect.NoSchedule),
            Node("b").Tainted("gpu", TaintEffect.NoExecute),
            Node("c", memory: "4Gi"),
        ];
        Assert.Equal(
            "0/3 nodes are available: 1 Insufficient memory, 2 node(s) had untolerated taint(s). "
            + "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
            MessageOf(Plan(Pod("new", memory: "3Gi"), nodes, Pod("old", memory: "2Gi", on: "c"))));
    }

    [Fact]
    public void A_node_may_lack_several_things_at_once()
    {
        Assert.Equal(
            "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 Too many pods. "
            + "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
            MessageOf(Plan(Pod("new", cpu: "5", memory: "9Gi"), [Node("a", pods: 0)])));
    }

    [Fact]
    public void Without_nodes_the_message_says_so()
    {
        Assert.Equal("no nodes available to schedule pods", MessageOf(Plan(Pod("new"), [])));
    }

    [Fact]
    public void A_pod_that_must_not_preempt_is_told_so()
    {
        var pod = Pod("new", cpu: "5").With(s => s with { PreemptionPolicy = PreemptionPolicy.Never });
        Assert.EndsWith("preemption: not eligible due to preemptionPolicy=Never.", MessageOf(Plan(pod, [Node("a")])));
    }

    [Fact]
    public void A_pod_that_is_resized_keeps_the_room_that_it_still_uses_and_gets_that_which_it_asks_for()
    {
        Assert.StartsWith("0/1 nodes are available: 1 Insufficient cpu.", MessageOf(Plan(Pod("new", cpu: "2"), [Node("a")], Resized("old", "1", "3", on: "a"))));
        Assert.StartsWith("0/1 nodes are available: 1 Insufficient cpu.", MessageOf(Plan(Pod("new", cpu: "2"), [Node("a")], Resized("old", "3", "1", on: "a"))));
        Assert.Equal("a", NodeOf(Plan(Pod("new", cpu: "2"), [Node("a")], Resized("old", "1", "1", on: "a"))));

        // What the node can never give is not held free for it.
        var never = Resized("old", "9", "1", on: "a");
        never = never with { Status = never.Status with { Conditions = [new PodCondition { Type = PodConditionType.PodResizePending, Reason = PodResizeStatus.Infeasible }] } };
        Assert.Equal("a", NodeOf(Plan(Pod("new", cpu: "2"), [Node("a")], never)));
    }

    [Fact]
    public void A_pod_may_ask_for_resources_as_a_whole()
    {
        var whole = Pod("new", cpu: "1").With(s => s with { Resources = Requests("3") });
        Assert.StartsWith("0/1 nodes are available: 1 Insufficient cpu.", MessageOf(Plan(whole, [Node("a")], Pod("old", cpu: "2", on: "a"))));
        Assert.Equal("a", NodeOf(Plan(whole, [Node("a")], Pod("old", cpu: "1", on: "a"))));
    }

    [Fact]
    public void A_cordoned_node_takes_no_new_pods()
    {
        var cordoned = Node("a") with { Spec = new() { Unschedulable = true } };
        Assert.StartsWith("0/1 nodes are available: 1 node(s) were unschedulable.", MessageOf(Plan(Pod("p"), [cordoned])));

        var daemon = Pod("d").With(s => s with { Tolerations = [new Toleration { Key = "node.kubernetes.io/unschedulable", Operator = "Exists", Effect = "NoSchedule" }] });
        Assert.Equal("a", NodeOf(Plan(daemon, [cordoned])));
    }

    [Theory]
    [InlineData("Exists", "gpu", null, "NoSchedule", true)]
    [InlineData("Exists", null, null, null, true)]
    [InlineData(null, "gpu", "", "NoSchedule", true)]
    [InlineData("Equal", "gpu", "yes", "NoSchedule", false)]
    [InlineData("Exists", "gpu", null, "NoExecute", false)]
    public void Tolerations_let_pods_onto_tainted_nodes(string? operation, string? key, string? value, string? effect, bool goes)
    {
        var pod = Pod("p").With(s => s with { Tolerations = [new Toleration { Operator = operation, Key = key, Value = value, Effect = effect }] });
        Assert.Equal(goes ? "a" : null, NodeOf(Plan(pod, [Node("a").Tainted("gpu", TaintEffect.NoSchedule)])));
    }

    [Fact]
    public void A_node_selector_must_match_all_labels()
    {
        var pod = Pod("p").With(s => s with { NodeSelector = ValueMap.Of(("disk", "ssd"), ("zone", "1")) });
        Assert.Equal("b", NodeOf(Plan(pod, [Node("a", labels: ("disk", "ssd")), Node("b", labels: [("disk", "ssd"), ("zone", "1")])])));
        Assert.StartsWith("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", MessageOf(Plan(pod, [Node("a")])));
    }

    [Theory]
    [InlineData("In", "ssd", true)]
    [InlineData("NotIn", "ssd", false)]
    [InlineData("Exists", null, true)]
    [InlineData("DoesNotExist", null, false)]
    public void Node_affinity_knows_its_operators(string operation, string? value, bool goes)
    {
        Assert.Equal(goes ? "a" : null, NodeOf(Plan(WithAffinity("disk", operation, value), [Node("a", labels: ("disk", "ssd"))])));
    }

    [Fact]
    public void A_pod_that_names_its_node_is_judged_by_that_alone()
    {
        var daemon = Pod("d", cpu: "3").With(spec => spec with
        {
            Affinity = new()
            {
                NodeAffinity = new()
                {
                    RequiredDuringSchedulingIgnoredDuringExecution = new()
                    {
                        NodeSelectorTerms = [new() { MatchFields = [new NodeSelectorRequirement { Key = NodeSelectors.NameField, Operator = "In", Values = ["b"] }] }],
                    },
                },
            },
        });
        Assert.Equal("b", NodeOf(Plan(daemon, [Node("a"), Node("b"), Node("c")])));
        Assert.StartsWith(
            "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. "
            + "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
            MessageOf(Plan(daemon, [Node("a"), Node("b"), Node("c")], Pod("old", cpu: "3", on: "b"))));
    }

    [Theory]
    [InlineData("Gt", "3", true)]
    [InlineData("Gt", "4", false)]
    [InlineData("Lt", "5", true)]
    public void Node_affinity_compares_numbers(string operation, string value, bool goes)
    {
        Assert.Equal(goes ? "a" : null, NodeOf(Plan(WithAffinity("cores", operation, value), [Node("a", labels: ("cores", "4"))])));
    }

    [Fact]
    public void Two_pods_cannot_have_one_host_port()
    {
        Pod WithPort(string name, string? on, string address = "") => Pod(name, on: on)
            .With(s => s with { Containers = [s.Containers[0] with { Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = 8080, HostIP = address }] }] });

        Assert.StartsWith(
            "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
            MessageOf(Plan(WithPort("b", null), [Node("n")], WithPort("a", "n"))));
        Assert.Equal("n", NodeOf(Plan(WithPort("b", null, "127.0.0.1"), [Node("n")], WithPort("a", "n", "127.0.0.2"))));
        Assert.Null(NodeOf(Plan(WithPort("b", null, "127.0.0.1"), [Node("n")], WithPort("a", "n"))));
    }

    [Fact]
    public void Pods_that_repel_each_other_go_to_different_nodes()
    {
        var term = new PodAffinityTerm { TopologyKey = "kubernetes.io/hostname", LabelSelector = new() { MatchLabels = ValueMap.Of(("app", "db")) } };
        var db = Pod("new", labels: ("app", "db")).With(s => s with { Affinity = new() { PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term] } } });
        var old = Pod("old", on: "a", labels: ("app", "db"));
        Assert.Equal("b", NodeOf(Plan(db, [Node("a"), Node("b")], old)));
        Assert.StartsWith("0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.", MessageOf(Plan(db, [Node("a")], old)));

        // The other way round: who is there already keeps the new one away.
        var plain = Pod("plain", labels: ("app", "db"));
        Assert.StartsWith(
            "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
            MessageOf(Plan(plain, [Node("a")], db.With(s => s with { NodeName = "a" }))));
    }

    [Fact]
    public void Pods_that_want_to_be_together_are_and_the_first_goes_anywhere()
    {
        var term = new PodAffinityTerm { TopologyKey = "zone", LabelSelector = new() { MatchLabels = ValueMap.Of(("app", "web")) } };
        var web = Pod("new", labels: ("app", "web")).With(s => s with { Affinity = new() { PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term] } } });
        Node[] nodes = [Node("a", labels: ("zone", "1")), Node("b", labels: ("zone", "2")), Node("c", labels: ("zone", "2"))];
        Assert.NotNull(NodeOf(Plan(web, nodes)));
        Assert.NotEqual("a", NodeOf(Plan(web, nodes, Pod("old", on: "b", labels: ("app", "web")))));

        var stranger = web with { Metadata = web.Metadata with { Labels = default } };
        Assert.StartsWith("0/3 nodes are available: 3 node(s) didn't match pod affinity rules.", MessageOf(Plan(stranger, nodes)));
    }

    [Fact]
    public void Spread_constraints_keep_the_skew_within_bounds()
    {
        var web = Pod("new", labels: ("app", "web")).With(s => s with
        {
            TopologySpreadConstraints =
            [
                new TopologySpreadConstraint
                {
                    MaxSkew = 1, TopologyKey = "zone", WhenUnsatisfiable = "DoNotSchedule", LabelSelector = new() { MatchLabels = ValueMap.Of(("app", "web")) },
                },
            ],
        });
        Node[] nodes = [Node("a", labels: ("zone", "1")), Node("b", labels: ("zone", "2")), Node("c")];
        Assert.Equal("b", NodeOf(Plan(web, nodes, Pod("old", on: "a", labels: ("app", "web")))));
        Assert.Equal(
            "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints, "
            + "1 node(s) didn't match pod topology spread constraints (missing required label). "
            + "preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
            MessageOf(Plan(
                web.With(s => s with { Containers = [s.Containers[0] with { Resources = Requests("1") }] }),
                nodes,
                Pod("old", on: "a", labels: ("app", "web")),
                Pod("big", cpu: "4", on: "b"))));
    }

    private static Pod WithAffinity(string key, string operation, string? value) => Pod("p").With(s => s with
    {
        Affinity = new()
        {
            NodeAffinity = new()
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new()
                {
                    NodeSelectorTerms =
                    [
                        new NodeSelectorTerm { MatchExpressions = [new NodeSelectorRequirement { Key = key, Operator = operation, Values = value is null ? [] : [value] }] },
                    ],
                },
            },
        },
    });
}
