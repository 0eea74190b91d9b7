using Coppice.Controllers.Deployments;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Controllers.Tests.Deployments;

public sealed class DeploymentTests
{
    [Fact]
    public void A_deployment_comes_up_and_says_so()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(3));
        var set = Assert.Single(plane.Api.All<ReplicaSet>());
        Assert.Contains($"ScalingReplicaSet Scaled up replica set {set.Metadata.Name} from 0 to 3", plane.Events);
        Assert.Equal($"ReplicaSet \"{set.Metadata.Name}\" is progressing.", Condition(plane, "Progressing").Message);
        Assert.Equal("Deployment does not have minimum availability.", Condition(plane, "Available").Message);

        plane.RunPods();

        var deployment = plane.Api.Get<Deployment>("web");
        Assert.Equal((3, 3, 3, 3, 0), (deployment.Status.Replicas, deployment.Status.UpdatedReplicas, deployment.Status.ReadyReplicas, deployment.Status.AvailableReplicas, deployment.Status.UnavailableReplicas));
        Assert.Equal("1", deployment.Metadata.Annotations[Revisions.Revision]);
        Assert.Equal(("True", "MinimumReplicasAvailable"), (Condition(plane, "Available").Status, Condition(plane, "Available").Reason));
        Assert.Equal(("True", "NewReplicaSetAvailable"), (Condition(plane, "Progressing").Status, Condition(plane, "Progressing").Reason));
        Assert.Equal($"ReplicaSet \"{set.Metadata.Name}\" has successfully progressed.", Condition(plane, "Progressing").Message);
        Assert.Equal(("3", "4"), (set.Metadata.Annotations[Revisions.DesiredReplicas], set.Metadata.Annotations[Revisions.MaxReplicas]));
        Assert.Equal(set.Metadata.Labels["pod-template-hash"], set.Metadata.Name!["web-".Length..]);
    }

    [Fact]
    public void A_new_template_replaces_all_pods()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(10));
        plane.RunPods();
        SetImage(plane, "web:2");
        plane.RunPods();

        Assert.All(plane.Api.All<Pod>(), p => Assert.Equal("web:2", p.Spec.Containers[0].Image));
        Assert.Equal(10, plane.Api.All<Pod>().Count);
        Assert.Equal([0, 10], plane.Api.All<ReplicaSet>().OrderBy(Revisions.Of).Select(r => r.Spec.Replicas!.Value));
        Assert.Equal("2", plane.Api.Get<Deployment>("web").Metadata.Annotations[Revisions.Revision]);
    }

    [Fact]
    public void A_rollout_gives_the_room_of_an_old_pod_away_only_when_the_pod_is_gone()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(8));
        plane.RunPods();
        var deployment = plane.Api.Get<Deployment>("web");
        deployment = deployment with { Spec = deployment.Spec with { Template = Samples.Template("web:2") } };
        var old = Assert.Single(plane.Api.All<ReplicaSet>());
        var asked = old with { Spec = old.Spec with { Replicas = 6 } };

        Assert.Equal(2, NewSize(asked with { Status = asked.Status with { Replicas = 8 } }));
        Assert.Equal(4, NewSize(asked with { Status = asked.Status with { Replicas = 6 } }));

        int? NewSize(ReplicaSet set) => DeploymentPlanner.Plan(new(deployment, [set], _ => []), plane.Time.GetUtcNow()).Create!.Item.Spec.Replicas;
    }

    [Fact]
    public void A_rollout_whose_pods_never_get_ready_stops_and_times_out_while_the_old_serve()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(4));
        plane.RunPods();
        SetImage(plane, "broken");
        plane.RunPods(p => p.Spec.Containers[0].Image != "broken");

        Assert.Equal(3, plane.Api.All<Pod>().Count(p => p.Spec.Containers[0].Image == "web:1"));
        Assert.Equal(2, plane.Api.All<Pod>().Count(p => p.Spec.Containers[0].Image == "broken"));

        plane.Advance(TimeSpan.FromSeconds(602));
        var progress = Condition(plane, "Progressing");
        Assert.Equal(("False", "ProgressDeadlineExceeded"), (progress.Status, progress.Reason));
        Assert.Matches("^ReplicaSet \"web-[a-z0-9]+\" has timed out progressing\\.$", progress.Message);
    }

    [Fact]
    public void A_deployment_that_is_paused_has_no_deadline()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(2));
        plane.RunPods(_ => false);
        plane.Change<Deployment>("web", d => d with { Spec = d.Spec with { Paused = true } });

        var deployment = plane.Api.Get<Deployment>("web");
        Assert.Equal("DeploymentPaused", Condition(plane, "Progressing").Reason);
        Assert.Null(DeploymentPlanner.Plan(new(deployment, plane.Api.All<ReplicaSet>(), _ => []), plane.Time.GetUtcNow()).NextLookAt);
        plane.Advance(TimeSpan.FromHours(1));
        Assert.Equal("DeploymentPaused", Condition(plane, "Progressing").Reason);
    }

    [Fact]
    public void An_undone_rollout_uses_the_old_replica_set_again_with_the_newest_revision()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(2));
        plane.RunPods();
        SetImage(plane, "web:2");
        plane.RunPods();
        SetImage(plane, "web:1");
        plane.RunPods();

        var sets = plane.Api.All<ReplicaSet>();
        Assert.Equal(2, sets.Count);
        var current = sets.Single(s => s.Spec.Replicas == 2);
        Assert.Equal("web:1", current.Spec.Template.Spec.Containers[0].Image);
        Assert.Equal(("3", "1"), (current.Metadata.Annotations[Revisions.Revision], current.Metadata.Annotations[Revisions.History]));
        Assert.Equal("3", plane.Api.Get<Deployment>("web").Metadata.Annotations[Revisions.Revision]);
    }

    [Fact]
    public void The_cause_of_a_change_is_copied_to_its_replica_set()
    {
        using var plane = new ControlPlane();
        var deployment = Samples.Deployment(1);
        plane.Create(deployment with { Metadata = deployment.Metadata with { Annotations = Objects.ValueMap.Of(("kubernetes.io/change-cause", "kubectl apply")) } });
        Assert.Equal("kubectl apply", plane.Api.All<ReplicaSet>()[0].Metadata.Annotations["kubernetes.io/change-cause"]);
    }

    [Fact]
    public void Recreate_waits_for_the_last_old_pod()
    {
        using var plane = new ControlPlane();
        var deployment = Samples.Deployment(2);
        plane.Create(deployment with { Spec = deployment.Spec with { Strategy = new() { Type = "Recreate" } } });
        plane.RunPods();
        SetImage(plane, "web:2");
        Assert.All(plane.Api.All<Pod>(), p => Assert.NotNull(p.Metadata.DeletionTimestamp));
        Assert.Equal(2, plane.Api.All<Pod>().Count);

        plane.Api.FinishPod(plane.Api.All<Pod>()[0]);
        plane.Settle();
        Assert.Single(plane.Api.All<Pod>());

        plane.RunPods();
        Assert.Equal(["web:2", "web:2"], plane.Api.All<Pod>().Select(p => p.Spec.Containers[0].Image));
    }

    [Fact]
    public void A_paused_deployment_scales_but_does_not_roll()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(2));
        plane.RunPods();
        plane.Change<Deployment>("web", d => d with { Spec = d.Spec with { Paused = true, Replicas = 4, Template = Samples.Template("web:2") } });
        plane.RunPods();
        Assert.Equal(Enumerable.Repeat("web:1", 4), plane.Api.All<Pod>().Select(p => p.Spec.Containers[0].Image));
        Assert.Equal("DeploymentPaused", Condition(plane, "Progressing").Reason);

        plane.Change<Deployment>("web", d => d with { Spec = d.Spec with { Paused = false } });
        plane.RunPods();
        Assert.Equal(Enumerable.Repeat("web:2", 4), plane.Api.All<Pod>().Select(p => p.Spec.Containers[0].Image));
        Assert.Equal("NewReplicaSetAvailable", Condition(plane, "Progressing").Reason);
    }

    [Fact]
    public void Scaling_in_the_middle_of_a_rollout_keeps_the_shares()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(10, surge: 3, unavailable: 2));
        plane.RunPods();
        SetImage(plane, "broken");
        plane.RunPods(p => p.Spec.Containers[0].Image != "broken");
        Assert.Equal((8, 5), Sizes(plane));

        plane.Change<Deployment>("web", d => d with { Spec = d.Spec with { Replicas = 15 } });
        Assert.Equal((11, 7), Sizes(plane));
    }

    [Theory]
    [InlineData("RollingUpdate", "web:1")]
    [InlineData("Recreate", "web:1", "web:0")]
    public void What_it_takes_in_from_a_deployment_of_another_size_holds_no_rollout_up(string strategy, params string[] adopted)
    {
        using var plane = new ControlPlane();
        foreach (var image in adopted)
        {
            var former = Samples.Deployment(7, image);
            var set = Revisions.NoteSize(Revisions.Make(former), former);
            plane.Create(set with { Metadata = set.Metadata with { OwnerReferences = default }, Spec = set.Spec with { Replicas = 3 } });
        }

        plane.RunPods();
        var deployment = Samples.Deployment(3, "web:2");
        plane.Create(deployment with { Spec = deployment.Spec with { Strategy = new() { Type = strategy, RollingUpdate = strategy == "Recreate" ? null : deployment.Spec.Strategy.RollingUpdate } } });
        plane.RunPods();
        Assert.Equal(Enumerable.Repeat("web:2", 3), plane.Api.All<Pod>().Select(p => p.Spec.Containers[0].Image));
    }

    [Fact]
    public void History_beyond_its_limit_is_removed()
    {
        using var plane = new ControlPlane();
        var deployment = Samples.Deployment(1);
        plane.Create(deployment with { Spec = deployment.Spec with { RevisionHistoryLimit = 2 } });
        for (var version = 1; version <= 6; version++)
        {
            SetImage(plane, $"web:{version}");
            plane.RunPods();
        }

        Assert.Equal([4L, 5L, 6L], plane.Api.All<ReplicaSet>().Select(Revisions.Of).Order());
    }

    [Fact]
    public void A_name_that_is_taken_leads_to_another()
    {
        using var plane = new ControlPlane();
        // Its name follows from the template with its defaults.
        var taken = Revisions.Make(new TestApi(TimeProvider.System, "default").Create(Samples.Deployment(1)));
        plane.Create(taken with { Metadata = taken.Metadata with { OwnerReferences = default, Labels = ValueMap.Of(("app", "other")) }, Spec = taken.Spec with { Template = taken.Spec.Template with { Spec = Samples.Template("other").Spec } } });
        plane.Create(Samples.Deployment(1));
        plane.Advance(TimeSpan.FromSeconds(1));
        plane.RunPods();
        Assert.Equal(1, plane.Api.Get<Deployment>("web").Status.CollisionCount);
        Assert.Equal(1, plane.Api.Get<Deployment>("web").Status.AvailableReplicas);
    }

    [Fact]
    public void A_failure_of_the_pods_shows_in_the_deployment()
    {
        using var plane = new ControlPlane();
        plane.Api.Refuse = o => o is Pod ? "exceeded quota: cpu" : null;
        plane.Create(Samples.Deployment(1));
        Assert.Equal(("NewReplicaSetCreated", $"Created new replica set \"{plane.Api.All<ReplicaSet>()[0].Metadata.Name}\""), (Condition(plane, "Progressing").Reason, Condition(plane, "Progressing").Message));
        Assert.Equal(("True", "FailedCreate", "exceeded quota: cpu"), (Condition(plane, "ReplicaFailure").Status, Condition(plane, "ReplicaFailure").Reason, Condition(plane, "ReplicaFailure").Message));
    }

    private static (int Old, int New) Sizes(ControlPlane plane)
    {
        var sets = plane.Api.All<ReplicaSet>().OrderBy(Revisions.Of).Select(s => s.Spec.Replicas!.Value).ToList();
        return (sets[0], sets[1]);
    }

    private static DeploymentCondition Condition(ControlPlane plane, string type) =>
        plane.Api.Get<Deployment>("web").Status.Conditions.Single(c => c.Type == type);

    private static void SetImage(ControlPlane plane, string image) =>
        plane.Change<Deployment>("web", d => d with { Spec = d.Spec with { Template = Samples.Template(image) } });
}
