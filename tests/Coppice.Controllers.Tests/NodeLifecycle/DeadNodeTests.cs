using Coppice.Client.Heartbeats;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.NodeLifecycle;

/// <summary>Nodes that send heartbeats, one of which dies: n1 is beside the server, n2 and n3 are over the network.</summary>
public sealed class DeadNodeTests
{
    private static readonly FailureDetectorOptions Options = FailureDetectorOptions.Default;

    [Fact]
    public void It_is_out_of_service_after_two_seconds_and_its_pods_go_when_their_toleration_ends()
    {
        using var plane = ThreeNodes();
        plane.Create(On("n2", "web"));
        Live(plane, TimeSpan.FromSeconds(20));
        Live(plane, TimeSpan.FromSeconds(1), dead: "n2");
        Assert.Equal("True", Ready(plane, "web"));

        Live(plane, TimeSpan.FromSeconds(1), dead: "n2");
        Assert.Equal("False", Ready(plane, "web"));
        Assert.Equal(
            ["node.kubernetes.io/unreachable:NoExecute", "node.kubernetes.io/unreachable:NoSchedule"],
            plane.Api.Get<Node>("n2", "").Spec.Taints.Select(t => $"{t.Key}:{t.Effect}").Order(StringComparer.Ordinal));
        Assert.Null(plane.Api.Get<Pod>("web").Metadata.DeletionTimestamp);

        Live(plane, TimeSpan.FromSeconds(2), dead: "n2");
        Assert.NotNull(plane.Api.Get<Pod>("web").Metadata.DeletionTimestamp);
        Assert.Empty(plane.Api.Get<Node>("n3", "").Spec.Taints);
    }

    [Fact]
    public void What_is_guarded_is_removed_when_it_has_ended_for_certain_and_other_pods_wait_for_their_node()
    {
        using var plane = ThreeNodes();
        var (db, web) = (plane.Create(On("n2", "db")), plane.Create(On("n2", "web")));
        Live(plane, TimeSpan.FromSeconds(20), guarded: [db.Metadata.Uid!]);
        Live(plane, TimeSpan.FromSeconds(5.5), dead: "n2");
        Assert.NotNull(plane.Api.Get<Pod>("web").Metadata.DeletionTimestamp);
        Assert.Null(plane.Api.Get<Pod>("db").Metadata.DeletionTimestamp);

        Live(plane, TimeSpan.FromSeconds(1.5), dead: "n2");
        Assert.Equal([web.Metadata.Uid], plane.Api.All<Pod>().Select(pod => pod.Metadata.Uid));
        Assert.Contains("TaintManagerEviction Marking for deletion Pod default/db", plane.Events);
    }

    [Fact]
    public void What_was_being_deleted_already_is_removed_too_when_it_is_guarded()
    {
        using var plane = ThreeNodes();
        var db = plane.Create(On("n2", "db"));
        Live(plane, TimeSpan.FromSeconds(20), guarded: [db.Metadata.Uid!]);
        Live(plane, TimeSpan.FromSeconds(3), dead: "n2");
        plane.Delete<Pod>("db");
        Live(plane, TimeSpan.FromSeconds(2), dead: "n2");
        Assert.Single(plane.Api.All<Pod>());
        Live(plane, TimeSpan.FromSeconds(2), dead: "n2");
        Assert.Empty(plane.Api.All<Pod>());
    }

    [Fact]
    public void A_node_that_is_back_in_time_keeps_everything_and_is_granted_again()
    {
        using var plane = ThreeNodes();
        var db = plane.Create(On("n2", "db"));
        Live(plane, TimeSpan.FromSeconds(20), guarded: [db.Metadata.Uid!]);
        Live(plane, TimeSpan.FromSeconds(2.5), dead: "n2");
        Assert.Equal((TimeSpan.Zero, true), Answer(plane));
        plane.Settle();
        Assert.Equal((Options.Term, false), Answer(plane));

        plane.Api.SetStatus<Node>("n2", node => Healthy(node, plane.Time.GetUtcNow()));
        Live(plane, TimeSpan.FromSeconds(30), guarded: [db.Metadata.Uid!]);
        Assert.Empty(plane.Api.Get<Node>("n2", "").Spec.Taints);
        Assert.Null(plane.Api.Get<Pod>("db").Metadata.DeletionTimestamp);

        static (TimeSpan, bool) Answer(ControlPlane plane) =>
            plane.Heartbeats.Take("n2", new("s", TimeSpan.Zero, []), default) is var answer ? (answer.Grant, answer.IsMissed) : default;
    }

    [Fact]
    public void When_all_nodes_over_the_network_are_gone_at_once_nobody_is_evicted()
    {
        using var plane = ThreeNodes();
        var db = plane.Create(On("n2", "db"));
        plane.Create(On("n3", "web"));
        Live(plane, TimeSpan.FromSeconds(20), guarded: [db.Metadata.Uid!]);
        plane.Time.Advance(TimeSpan.FromMinutes(10));
        plane.Settle();
        Assert.All(plane.Api.All<Pod>(), pod => Assert.Null(pod.Metadata.DeletionTimestamp));
        Assert.Equal(2, plane.Api.All<Pod>().Count);
        Assert.DoesNotContain(plane.Api.All<Node>().SelectMany(node => node.Spec.Taints), taint => taint.Effect == "NoExecute");
    }

    [Fact]
    public void A_node_whose_heartbeats_end_and_that_renews_its_lease_is_judged_by_that()
    {
        using var plane = ThreeNodes();
        plane.Create(On("n2", "web"));
        Live(plane, TimeSpan.FromSeconds(20));
        for (var renewed = 0; renewed < 6; renewed++)
        {
            Renew(plane, "n2");
            Live(plane, TimeSpan.FromSeconds(10), dead: "n2");
        }

        // Its report, which takes back the verdict, stays.
        plane.Api.SetStatus<Node>("n2", node => Healthy(node, plane.Time.GetUtcNow()));
        Renew(plane, "n2");
        Live(plane, TimeSpan.FromSeconds(30), dead: "n2");
        Assert.Empty(plane.Api.Get<Node>("n2", "").Spec.Taints);
    }

    private static void Renew(ControlPlane plane, string node) =>
        plane.Change<Lease>(node, lease => lease with { Spec = lease.Spec with { RenewTime = plane.Time.GetUtcNow() } }, "kube-node-lease");

    private static string Ready(ControlPlane plane, string pod) => plane.Api.Get<Pod>(pod).Status.Conditions.Single(c => c.Type == "Ready").Status!;

    private static Pod On(string node, string name)
    {
        var pod = Samples.Pod(name);
        Toleration[] tolerations =
        [
            new() { Key = NodePlanner.Unreachable, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 2 },
            new() { Key = NodePlanner.NotReady, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 30 },
        ];
        return pod with { Spec = pod.Spec with { NodeName = node, Tolerations = tolerations.ToValueList() } };
    }

    [Fact]
    public void The_servers_own_is_not_gone_while_it_is_heard_however_late_its_lease_is()
    {
        using var plane = ThreeNodes();
        plane.Create(On("n1", "web"));
        Live(plane, TimeSpan.FromSeconds(20));
        Live(plane, TimeSpan.FromMinutes(2), renews: false);
        Assert.Empty(plane.Api.Get<Node>("n1", "").Spec.Taints);
        Assert.Equal("True", Ready(plane, "web"));

        // Without a word of its agent either it is.
        plane.Advance(TimeSpan.FromSeconds(60));
        Assert.NotEmpty(plane.Api.Get<Node>("n1", "").Spec.Taints);
    }

    [Fact]
    public void What_an_earlier_server_said_of_a_node_is_not_acted_on_before_anybody_is_heard()
    {
        using var plane = ThreeNodes();
        var before = plane.Time.GetUtcNow().AddMinutes(-5);
        plane.Change<Node>("n2", node => node with { Spec = node.Spec with { Taints = [new() { Key = NodePlanner.Unreachable, Effect = "NoExecute", TimeAdded = before }] } }, "");
        plane.Api.SetStatus<Node>("n2", node => node with
        {
            Status = node.Status with { Conditions = [new() { Type = "Ready", Status = "Unknown", Reason = "NodeStatusUnknown", LastHeartbeatTime = before, LastTransitionTime = before }] },
        });
        plane.Create(On("n2", "web"));
        plane.Advance(TimeSpan.FromSeconds(20));
        Assert.Null(plane.Api.Get<Pod>("web").Metadata.DeletionTimestamp);

        plane.Heartbeats.Take("n3", new("s", TimeSpan.Zero, []), default);
        plane.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(plane.Api.Get<Pod>("web").Metadata.DeletionTimestamp);
    }

    private static ControlPlane ThreeNodes()
    {
        var plane = new ControlPlane(NodeLifecycleOptions.Default);
        foreach (var number in (int[])[1, 2, 3])
        {
            plane.Create(Healthy(new() { Metadata = new() { Name = $"n{number}" } }, plane.Time.GetUtcNow()));
            plane.Create(new Lease { Metadata = new() { Name = $"n{number}", Namespace = "kube-node-lease" }, Spec = new() { RenewTime = plane.Time.GetUtcNow() } });
        }

        return plane;
    }

    private static Node Healthy(Node node, DateTimeOffset now) => node with
    {
        Status = node.Status with { Conditions = [new() { Type = "Ready", Status = "True", Reason = "KubeletReady", LastHeartbeatTime = now, LastTransitionTime = now }] },
    };

    /// <summary>Time passes, in which all nodes but one send heartbeats, and the server's own renews its lease unless it cannot.</summary>
    private static void Live(ControlPlane plane, TimeSpan time, string? dead = null, bool renews = true, params string[] guarded)
    {
        var beside = plane.Heartbeats.Beside("n1");
        for (var passed = TimeSpan.Zero; passed < time; passed += Options.BeatEvery)
        {
            if (renews && passed.Ticks % TimeSpan.FromSeconds(10).Ticks == 0)
            {
                Renew(plane, "n1");
            }

            Assert.True(beside.BeatAsync(new("s", TimeSpan.Zero, []), default).IsCompletedSuccessfully);
            foreach (var node in (string[])["n2", "n3"])
            {
                if (node != dead)
                {
                    plane.Heartbeats.Take(node, new("s", TimeSpan.Zero, node == "n2" ? guarded : []), default);
                }
            }

            plane.Advance(Options.BeatEvery);
        }
    }
}
