using Coppice.Controllers.Replication;
using Coppice.Controllers.Runtime;
using Coppice.Controllers.Tests.World;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.Replication;

public sealed class ReplicaSetTests
{
    [Fact]
    public void A_replica_set_has_as_many_pods_as_it_asks_for()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.ReplicaSet(5));
        plane.RunPods();

        Assert.Equal(5, plane.Api.All<Pod>().Count);
        var status = plane.Api.Get<ReplicaSet>("web").Status;
        Assert.Equal((5, 5, 5, 5, 1L), (status.Replicas, status.FullyLabeledReplicas, status.ReadyReplicas, status.AvailableReplicas, status.ObservedGeneration));
        Assert.Equal(5, plane.Events.Count(e => e.StartsWith("SuccessfulCreate Created pod: web-", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_deleted_pod_is_replaced_at_once()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.ReplicaSet(3));
        plane.RunPods();

        plane.Delete<Pod>(plane.Api.All<Pod>()[0].Metadata.Name!);

        // The old one is still shutting down, and there is a fourth already.
        Assert.Equal(4, plane.Api.All<Pod>().Count);
        plane.RunPods();
        Assert.Equal(3, plane.Api.All<Pod>().Count);
    }

    [Fact]
    public void A_surplus_is_deleted_and_told()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.ReplicaSet(5));
        plane.RunPods();
        plane.Change<ReplicaSet>("web", r => r with { Spec = r.Spec with { Replicas = 2 } });
        plane.RunPods();

        Assert.Equal(2, plane.Api.All<Pod>().Count);
        Assert.Equal(3, plane.Events.Count(e => e.StartsWith("SuccessfulDelete Deleted pod: web-", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_pod_that_loses_its_label_is_released_and_another_made()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.ReplicaSet(3));
        plane.RunPods();
        var free = plane.Api.All<Pod>()[1].Metadata.Name!;
        plane.Change<Pod>(free, p => p with { Metadata = p.Metadata with { Labels = default } });

        Assert.Equal(4, plane.Api.All<Pod>().Count);
        Assert.Empty(plane.Api.Get<Pod>(free).Metadata.OwnerReferences);
    }

    [Fact]
    public void A_matching_orphan_is_adopted_in_place_of_a_new_pod()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Pod("alone"));
        plane.Create(Samples.ReplicaSet(2));

        Assert.Equal(2, plane.Api.All<Pod>().Count);
        Assert.Equal("web", plane.Api.Get<Pod>("alone").Metadata.OwnerReferences[0].Name);
    }

    [Fact]
    public void A_refused_pod_is_told_in_an_event_and_a_condition()
    {
        using var plane = new ControlPlane();
        plane.Api.Refuse = o => o is Pod ? "exceeded quota: mem" : null;
        plane.Create(Samples.ReplicaSet(4));

        var condition = Assert.Single(plane.Api.Get<ReplicaSet>("web").Status.Conditions);
        Assert.Equal(("ReplicaFailure", "True", "FailedCreate", "exceeded quota: mem"), (condition.Type, condition.Status, condition.Reason, condition.Message));
        Assert.Contains("FailedCreate Error creating: exceeded quota: mem", plane.Events);

        plane.Api.Refuse = _ => null;
        plane.Advance(TimeSpan.FromSeconds(1));
        plane.RunPods();
        Assert.Empty(plane.Api.Get<ReplicaSet>("web").Status.Conditions);
        Assert.Equal(4, plane.Api.All<Pod>().Count);
    }

    [Fact]
    public void A_pod_is_available_when_it_was_ready_for_long_enough()
    {
        using var plane = new ControlPlane();
        var set = Samples.ReplicaSet(1);
        plane.Create(set with { Spec = set.Spec with { MinReadySeconds = 30 } });
        plane.RunPods();
        Assert.Equal((1, 0), (plane.Api.Get<ReplicaSet>("web").Status.ReadyReplicas, plane.Api.Get<ReplicaSet>("web").Status.AvailableReplicas));

        plane.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(1, plane.Api.Get<ReplicaSet>("web").Status.AvailableReplicas);
    }

    [Fact]
    public void A_replication_controller_does_the_same()
    {
        using var plane = new ControlPlane();
        plane.Create(new ReplicationController
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = new() { Replicas = 3, Selector = Samples.Web, Template = Samples.Template() },
        });
        plane.RunPods();
        Assert.Equal(3, plane.Api.Get<ReplicationController>("web").Status.AvailableReplicas);
        Assert.All(plane.Api.All<Pod>(), p => Assert.Equal("ReplicationController", p.Metadata.OwnerReferences[0].Kind));
    }

    [Fact]
    public void The_pod_that_is_missed_least_goes_first()
    {
        var now = new DateTimeOffset(2026, 3, 1, 13, 0, 0, TimeSpan.Zero);
        var serving = Samples.Pod("serving");
        var cheap = Samples.Pod("cheap");
        cheap = cheap with { Metadata = cheap.Metadata with { Annotations = Objects.ValueMap.Of(("controller.kubernetes.io/pod-deletion-cost", "-5")) } };
        var unready = Samples.Pod("unready", isReady: false);
        var pending = Samples.Pod("pending") with { Status = new() { Phase = PodPhase.Pending } };
        var homeless = pending with { Metadata = pending.Metadata with { Name = "homeless" }, Spec = new() };

        Pod[] pods = [serving, cheap, unready, pending, homeless];
        Assert.Equal(
            ["homeless", "pending", "unready", "cheap", "serving"],
            pods.Order(new DeletionOrder(_ => 0, now)).Select(p => p.Metadata.Name));
    }

    [Fact]
    public void Creation_starts_slowly() => Assert.Equal([1, 2, 4, 8, 5], OwnedPods.Batches(20));

    [Fact]
    public void Only_matching_pods_of_nobody_are_adopted()
    {
        var owner = Samples.ReplicaSet(1) with { Metadata = new() { Name = "web", Namespace = "default", Uid = "u" } };
        var other = Samples.Pod("others");
        other = other with { Metadata = other.Metadata with { OwnerReferences = [new() { Uid = "x", Controller = true }] } };
        var plan = Adoption<ReplicaSet, Pod>.Plan(owner, Objects.LabelQuery.Of(owner.Spec.Selector), [other, Samples.Pod("free")]);
        Assert.Equal("free", Assert.Single(plan.Adopt).Metadata.Name);
        Assert.Empty(plan.Keep);
        Assert.Empty(plan.Release);
    }
}
