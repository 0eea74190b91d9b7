using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.NodeLifecycle;

public sealed class NodeLifecycleTests
{
    [Fact]
    public void A_node_that_falls_silent_is_unknown_tainted_and_out_of_service()
    {
        using var plane = TwoNodes();
        plane.Create(Samples.Pod("a"));
        Silence(plane, "n1", TimeSpan.FromSeconds(41));

        var node = plane.Api.Get<Node>("n1", "");
        var ready = node.Status.Conditions.Single(c => c.Type == "Ready");
        Assert.Equal(("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."), (ready.Status, ready.Reason, ready.Message));
        Assert.Equal(
            ["node.kubernetes.io/unreachable:NoExecute", "node.kubernetes.io/unreachable:NoSchedule"],
            node.Spec.Taints.Select(t => $"{t.Key}:{t.Effect}").Order(StringComparer.Ordinal));
        Assert.Contains("NodeNotReady Node n1 status is now: NodeNotReady", plane.Events);
        Assert.Contains("NodeNotReady Node is not ready", plane.Events);
        Assert.Equal("False", plane.Api.Get<Pod>("a").Status.Conditions.Single(c => c.Type == "Ready").Status);
        Assert.Empty(plane.Api.Get<Node>("n2", "").Spec.Taints);
    }

    [Fact]
    public void A_node_is_told_of_when_it_comes_and_when_it_goes()
    {
        using var plane = TwoNodes();
        plane.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(plane.Events, "RegisteredNode Node n1 event: Registered Node n1 in Controller");
        Assert.DoesNotContain(plane.Events, one => one.StartsWith("RemovingNode", StringComparison.Ordinal));

        plane.Delete<Node>("n1", "");
        plane.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(plane.Events, "RemovingNode Node n1 event: Removing Node n1 from Controller");
    }

    [Fact]
    public void Its_pods_are_evicted_when_their_toleration_ends()
    {
        using var plane = TwoNodes();
        var pod = Samples.Pod("a");
        Toleration[] tolerations =
        [
            new() { Key = NodePlanner.Unreachable, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 },
            new() { Key = NodePlanner.NotReady, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 },
        ];
        plane.Create(pod with { Spec = pod.Spec with { Tolerations = tolerations.ToValueList() } });
        Silence(plane, "n1", TimeSpan.FromSeconds(300));
        Assert.Null(plane.Api.Get<Pod>("a").Metadata.DeletionTimestamp);

        Silence(plane, "n1", TimeSpan.FromSeconds(50));
        Assert.NotNull(plane.Api.Get<Pod>("a").Metadata.DeletionTimestamp);
        Assert.Contains("TaintManagerEviction Marking for deletion Pod default/a", plane.Events);
    }

    [Fact]
    public void Who_waits_for_a_pod_to_be_evicted_is_told_when_it_is_not()
    {
        using var plane = TwoNodes();
        var pod = Samples.Pod("a");
        plane.Create(pod with { Spec = pod.Spec with { Tolerations = [new() { Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 }] } });
        Silence(plane, "n1", TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(plane.Events, one => one.StartsWith("TaintManagerEviction", StringComparison.Ordinal));

        plane.Api.SetStatus<Node>("n1", n => Healthy(n, plane.Time.GetUtcNow()));
        plane.Settle();
        Assert.Contains("TaintManagerEviction Cancelling deletion of Pod default/a", plane.Events);
        plane.Settle();
        Assert.Single(plane.Events, one => one.StartsWith("TaintManagerEviction", StringComparison.Ordinal));
    }

    [Fact]
    public void A_node_that_is_back_is_clean_again()
    {
        using var plane = TwoNodes();
        Silence(plane, "n1", TimeSpan.FromSeconds(60));
        plane.Api.SetStatus<Node>("n1", n => Healthy(n, plane.Time.GetUtcNow()));
        plane.Settle();
        Assert.Empty(plane.Api.Get<Node>("n1", "").Spec.Taints);
    }

    [Fact]
    public void A_pod_whose_node_says_that_it_is_ready_is_not_contradicted_a_second_time()
    {
        using var plane = TwoNodes();
        plane.Create(Samples.Pod("a"));
        Silence(plane, "n1", TimeSpan.FromSeconds(41));
        SetReady("True");
        Assert.Equal("True", Ready());

        plane.Api.SetStatus<Node>("n1", n => Healthy(n, plane.Time.GetUtcNow()));
        plane.Settle();
        Silence(plane, "n1", TimeSpan.FromSeconds(41));
        Assert.Equal("False", Ready());

        void SetReady(string status)
        {
            plane.Api.SetStatus<Pod>("a", p => p with
            {
                Status = p.Status with { Conditions = [.. p.Status.Conditions.Select(c => c.Type == "Ready" ? c with { Status = status } : c)] },
            }, "default");
            plane.Settle();
        }

        string Ready() => plane.Api.Get<Pod>("a").Status.Conditions.Single(c => c.Type == "Ready").Status!;
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public void A_clock_that_is_set_silences_no_node_and_hides_no_silence(int hours)
    {
        using var plane = TwoNodes();
        plane.Create(Samples.Pod("a"));
        plane.Clock.Ahead = TimeSpan.FromHours(hours);
        plane.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal("True", plane.Api.Get<Pod>("a").Status.Conditions.Single(c => c.Type == "Ready").Status);
        Assert.Empty(plane.Api.All<Node>().SelectMany(n => n.Spec.Taints));

        Silence(plane, "n1", TimeSpan.FromSeconds(41));
        Assert.Contains(plane.Api.Get<Node>("n1", "").Spec.Taints, t => t.Key == NodePlanner.Unreachable);
        Assert.Empty(plane.Api.Get<Node>("n2", "").Spec.Taints);
    }

    [Fact]
    public void A_taint_from_before_the_clock_was_set_back_counts_from_now()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var silent = Healthy(new() { Metadata = new() { Name = "n1" } }, now);
        silent = silent with { Spec = silent.Spec with { Taints = NodePlanner.Plan(silent, isSilent: true, mayEvict: true, now).Taints } };
        Assert.All(silent.Spec.Taints, t => Assert.Equal(now, t.TimeAdded));
        Assert.Equal(silent.Spec.Taints, NodePlanner.Plan(silent, isSilent: true, mayEvict: true, now.AddHours(1)).Taints);
        Assert.All(NodePlanner.Plan(silent, isSilent: true, mayEvict: true, now.AddHours(-1)).Taints, t => Assert.Equal(now.AddHours(-1), t.TimeAdded));
    }

    [Fact]
    public void When_no_node_is_heard_nobody_is_evicted()
    {
        using var plane = TwoNodes();
        plane.Create(Samples.Pod("a"));
        plane.Advance(TimeSpan.FromMinutes(30));
        Assert.Null(plane.Api.Get<Pod>("a").Metadata.DeletionTimestamp);
        Assert.DoesNotContain(plane.Api.Get<Node>("n2", "").Spec.Taints, t => t.Effect == "NoExecute");
    }

    [Fact]
    public void Pods_of_a_node_that_was_removed_are_removed()
    {
        using var plane = TwoNodes();
        plane.Create(Samples.Pod("a"));
        plane.Delete<Node>("n1", ns: "");
        plane.Advance(TimeSpan.FromSeconds(41));
        Assert.Empty(plane.Api.All<Pod>());
    }

    [Fact]
    public void A_pod_that_had_ended_before_its_node_went_was_not_disrupted_by_that()
    {
        using var plane = TwoNodes();
        foreach (var name in (string[])["runs", "ended"])
        {
            var pod = Samples.Pod(name);
            plane.Create(pod with { Metadata = pod.Metadata with { Finalizers = ["example.com/kept"] } });
        }

        plane.Api.SetPod("ended", pod => pod with { Status = pod.Status with { Phase = PodPhase.Succeeded } });
        plane.Delete<Node>("n1", ns: "");
        plane.Advance(TimeSpan.FromSeconds(41));

        Assert.Equal([("ended", "Succeeded", false), ("runs", "Failed", true)], plane.Api.All<Pod>().Select(pod => (
            pod.Metadata.Name, pod.Status.Phase, pod.Status.Conditions.Any(one => one is { Type: "DisruptionTarget", Reason: "DeletionByPodGC", Message: "PodGC: node no longer exists" }))));
    }

    [Fact]
    public void A_cordoned_node_is_tainted()
    {
        using var plane = TwoNodes();
        plane.Change<Node>("n1", n => n with { Spec = n.Spec with { Unschedulable = true } }, ns: "");
        Assert.Equal("node.kubernetes.io/unschedulable", Assert.Single(plane.Api.Get<Node>("n1", "").Spec.Taints).Key);
        plane.Change<Node>("n1", n => n with { Spec = n.Spec with { Unschedulable = false } }, ns: "");
        Assert.Empty(plane.Api.Get<Node>("n1", "").Spec.Taints);
    }

    [Fact]
    public void The_shortest_toleration_counts()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        Taint[] taints = [new() { Key = "k", Effect = "NoExecute", TimeAdded = now }];
        var pod = Samples.Pod("a");
        Pod Tolerating(params Toleration[] tolerations) => pod with { Spec = pod.Spec with { Tolerations = tolerations.ToValueList() } };

        Assert.Equal(DateTimeOffset.MinValue, TaintEviction.Deadline(pod, taints, now));
        Assert.Null(TaintEviction.Deadline(Tolerating(new Toleration { Operator = "Exists" }), taints, now));
        Assert.Equal(now.AddSeconds(10), TaintEviction.Deadline(
            Tolerating(new() { Key = "k", Operator = "Exists", TolerationSeconds = 20 }, new() { Operator = "Exists", TolerationSeconds = 10 }), taints, now));
    }

    [Fact]
    public void A_daemon_runs_on_every_node_and_rolls_one_by_one()
    {
        using var plane = TwoNodes();
        plane.Create(Daemon("web:1"));
        plane.RunPods(bindTo: DaemonNode);
        Assert.Equal(["n1", "n2"], plane.Api.All<Pod>().Select(p => p.Spec.NodeName).Order(StringComparer.Ordinal));
        Assert.Equal(2, plane.Api.Get<DaemonSet>("web").Status.NumberAvailable);

        plane.Change<DaemonSet>("web", d => d with { Spec = d.Spec with { Template = Samples.Template("web:2") } });
        Assert.Single(plane.Api.All<Pod>(), p => p.Metadata.DeletionTimestamp is not null);
        plane.RunPods(bindTo: DaemonNode);
        Assert.All(plane.Api.All<Pod>(), p => Assert.Equal("web:2", p.Spec.Containers[0].Image));
        Assert.Equal((2, 2), (plane.Api.Get<DaemonSet>("web").Status.UpdatedNumberScheduled, plane.Api.All<Pod>().Count));
        Assert.Equal([1L, 2L], plane.Api.All<ControllerRevision>().Select(r => r.Revision).Order());

        plane.Change<DaemonSet>("web", d => d with { Spec = d.Spec with { Template = d.Spec.Template with { Spec = d.Spec.Template.Spec with { NodeSelector = ValueMap.Of(("disk", "ssd")) } } } });
        plane.RunPods(bindTo: DaemonNode);
        Assert.Empty(plane.Api.All<Pod>());
    }

    [Fact]
    public void A_load_balancer_has_the_addresses_of_the_nodes()
    {
        using var plane = TwoNodes();
        var service = Samples.Service();
        plane.Create(service with { Spec = service.Spec with { Type = "LoadBalancer" } });
        Assert.Equal([new() { Ip = "192.0.2.1" }, new LoadBalancerIngress { Ip = "192.0.2.2" }], plane.Api.Get<Service>("web").Status.LoadBalancer.Ingress);
        plane.Change<Service>("web", s => s with { Spec = s.Spec with { Type = "ClusterIP" } });
        Assert.Empty(plane.Api.Get<Service>("web").Status.LoadBalancer.Ingress);
    }

    [Fact]
    public void One_that_keeps_to_its_nodes_has_those_with_endpoints()
    {
        using var plane = TwoNodes();
        plane.Create(Samples.Pod("a"));
        var service = Samples.Service();
        plane.Create(service with { Spec = service.Spec with { Type = "LoadBalancer", ExternalTrafficPolicy = "Local" } });
        Assert.Equal([new LoadBalancerIngress { Ip = "192.0.2.1" }], plane.Api.Get<Service>("web").Status.LoadBalancer.Ingress);
        plane.Change<Service>("web", s => s with { Spec = s.Spec with { ExternalTrafficPolicy = "Cluster" } });
        Assert.Equal([new() { Ip = "192.0.2.1" }, new LoadBalancerIngress { Ip = "192.0.2.2" }], plane.Api.Get<Service>("web").Status.LoadBalancer.Ingress);
    }

    private static string? DaemonNode(Pod pod) => Controllers.DaemonSets.DaemonPlacement.NodeOf(pod);

    private static DaemonSet Daemon(string image) => new()
    {
        Metadata = new() { Name = "web", Namespace = "default" },
        Spec = new()
        {
            Selector = new() { MatchLabels = Samples.Web },
            Template = Samples.Template(image),
            UpdateStrategy = new() { Type = "RollingUpdate", RollingUpdate = new() { MaxUnavailable = 1, MaxSurge = 0 } },
        },
    };

    private static ControlPlane TwoNodes()
    {
        var plane = new ControlPlane(NodeLifecycleOptions.Default);
        foreach (var number in (int[])[1, 2])
        {
            plane.Create(Healthy(
                new()
                {
                    Metadata = new() { Name = $"n{number}" },
                    Status = new() { Addresses = [new() { Type = "InternalIP", Address = $"192.0.2.{number}" }] },
                },
                plane.Time.GetUtcNow()));
            plane.Create(new Lease { Metadata = new() { Name = $"n{number}", Namespace = "kube-node-lease" }, Spec = new() { RenewTime = plane.Time.GetUtcNow() } });
        }

        return plane;
    }

    private static Node Healthy(Node node, DateTimeOffset now) => node with
    {
        Status = node.Status with { Conditions = [new() { Type = "Ready", Status = "True", Reason = "KubeletReady", LastHeartbeatTime = now, LastTransitionTime = now }] },
    };

    /// <summary>Time passes, in which all nodes but one go on renewing their leases.</summary>
    private static void Silence(ControlPlane plane, string silent, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(10))
        {
            plane.Advance(TimeSpan.FromSeconds(10));
            foreach (var lease in plane.Api.All<Lease>().Where(l => l.Metadata.Name != silent))
            {
                plane.Change<Lease>(lease.Metadata.Name!, l => l with { Spec = l.Spec with { RenewTime = plane.Time.GetUtcNow() } }, "kube-node-lease");
            }
        }
    }
}
