using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.StatefulSets;

public sealed class StatefulSetTests : IDisposable
{
    private readonly ControlPlane _plane = new();

    public void Dispose() => _plane.Dispose();

    [Fact]
    public void Pods_come_one_after_the_other_each_with_its_name_and_its_claim()
    {
        _plane.Create(Set(3));
        Assert.Equal(["web-0"], Names);

        _plane.RunPods();

        Assert.Equal(["web-0", "web-1", "web-2"], Names);
        var pod = _plane.Api.Get<Pod>("web-1");
        Assert.Equal(("web-1", "web"), (pod.Spec.Hostname, pod.Spec.Subdomain));
        Assert.Equal("web-1", pod.Metadata.Labels["statefulset.kubernetes.io/pod-name"]);
        Assert.Equal("1", pod.Metadata.Labels["apps.kubernetes.io/pod-index"]);
        Assert.Equal(Status.UpdateRevision, pod.Metadata.Labels["controller-revision-hash"]);
        Assert.Contains(pod.Spec.Volumes, volume => volume is { Name: "data", PersistentVolumeClaim.ClaimName: "data-web-1" });
        Assert.Equal(["data-web-0", "data-web-1", "data-web-2"], _plane.Api.All<PersistentVolumeClaim>().Select(claim => claim.Metadata.Name));
        Assert.Equal((3, 3, 3, 3, 3), (Status.Replicas, Status.ReadyReplicas, Status.AvailableReplicas, Status.CurrentReplicas, Status.UpdatedReplicas));
        Assert.Contains("SuccessfulCreate create Pod web-1 in StatefulSet web successful", _plane.Events);
        Assert.Contains("SuccessfulCreate create Claim data-web-1 Pod web-1 in StatefulSet web success", _plane.Events);
    }

    [Fact]
    public void A_pod_that_is_gone_comes_back_under_its_name_and_with_its_claim()
    {
        _plane.Create(Set(2));
        _plane.RunPods();
        var claim = _plane.Api.Get<PersistentVolumeClaim>("data-web-0").Metadata.Uid;
        var before = _plane.Api.Get<Pod>("web-0").Metadata.Uid;

        _plane.Delete<Pod>("web-0");
        _plane.RunPods();

        Assert.NotEqual(before, _plane.Api.Get<Pod>("web-0").Metadata.Uid);
        Assert.Equal(claim, _plane.Api.Get<PersistentVolumeClaim>("data-web-0").Metadata.Uid);
    }

    [Fact]
    public void However_often_its_pods_end_a_number_never_has_another_claim()
    {
        const int replicas = 3;
        _plane.Create(Set(replicas));
        _plane.RunPods();
        var claims = Claims();
        for (var round = 0; round < 100; round++)
        {
            var name = $"web-{round % replicas}";
            var before = _plane.Api.Get<Pod>(name).Metadata.Uid;
            if (round % 2 == 0)
            {
                _plane.Delete<Pod>(name);
            }
            else
            {
                _plane.Api.SetPod(name, pod => pod with { Status = pod.Status with { Phase = PodPhase.Failed, Reason = "Evicted" } });
                _plane.Settle();
            }

            _plane.RunPods();
            var pod = _plane.Api.Get<Pod>(name);
            Assert.NotEqual(before, pod.Metadata.Uid);
            Assert.Equal($"data-{name}", Assert.Single(PodClaims.Of(pod)).Name);
        }

        Assert.Equal(claims, Claims());

        List<(string?, string?)> Claims() => [.. _plane.Api.All<PersistentVolumeClaim>().Select(claim => (claim.Metadata.Name, claim.Metadata.Uid))];
    }

    [Fact]
    public void A_template_that_JSON_can_write_in_two_ways_has_one_revision_and_its_pods_stay()
    {
        var template = Samples.Template("web:1");
        var set = Set(2);
        _plane.Create(set with
        {
            Spec = set.Spec with { Template = template with { Spec = template.Spec with { Containers = [template.Spec.Containers[0] with { Command = ["sh", "-c", "echo \"é\" > /tmp/a & wait"] }] } } },
        });
        _plane.RunPods();
        var before = _plane.Api.All<Pod>().Select(pod => pod.Metadata.Uid).ToList();

        _plane.Change<StatefulSet>("web", one => one with { Metadata = one.Metadata with { Annotations = one.Metadata.Annotations.With("seen", "again") } });
        _plane.RunPods();

        Assert.Single(_plane.Api.All<ControllerRevision>());
        Assert.Equal(before, _plane.Api.All<Pod>().Select(pod => pod.Metadata.Uid));
    }

    [Fact]
    public void A_new_template_reaches_one_pod_after_the_other_and_the_old_one_comes_back_alike()
    {
        _plane.Create(Set(3));
        _plane.RunPods();
        var first = Status.CurrentRevision;

        _plane.Change<StatefulSet>("web", set => set with { Spec = set.Spec with { Template = Samples.Template("web:2") } });
        _plane.RunPods();

        Assert.All(_plane.Api.All<Pod>(), pod => Assert.Equal("web:2", pod.Spec.Containers[0].Image));
        Assert.NotEqual(first, Status.CurrentRevision);
        Assert.Equal(Status.UpdateRevision, Status.CurrentRevision);

        _plane.Change<StatefulSet>("web", set => set with { Spec = set.Spec with { Template = Samples.Template() } });
        _plane.RunPods();

        Assert.All(_plane.Api.All<Pod>(), pod => Assert.Equal("web:1", pod.Spec.Containers[0].Image));
        Assert.Equal(first, Status.CurrentRevision);
        Assert.Equal(2, _plane.Api.All<ControllerRevision>().Count);
        Assert.Equal(3, _plane.Api.Get<ControllerRevision>(first!).Revision);
    }

    [Fact]
    public void A_pod_below_the_partition_comes_back_as_it_was()
    {
        _plane.Create(Set(2));
        _plane.RunPods();
        _plane.Change<StatefulSet>("web", set => set with
        {
            Spec = set.Spec with { Template = Samples.Template("web:2"), UpdateStrategy = new() { Type = "RollingUpdate", RollingUpdate = new() { Partition = 1 } } },
        });
        _plane.RunPods();

        _plane.Delete<Pod>("web-0");
        _plane.RunPods();

        Assert.Equal(["web:1", "web:2"], _plane.Api.All<Pod>().Select(pod => pod.Spec.Containers[0].Image));
        Assert.Equal((1, 1), (Status.CurrentReplicas, Status.UpdatedReplicas));
    }

    [Theory]
    [InlineData("Retain", "Retain", 2, 2)]
    [InlineData("Delete", "Retain", 2, 0)]
    [InlineData("Retain", "Delete", 1, 1)]
    [InlineData("Delete", "Delete", 1, 0)]
    public void Claims_stay_or_go_as_the_set_says(string whenDeleted, string whenScaled, int afterScaling, int afterDeletion)
    {
        var set = Set(2);
        _plane.Create(set with
        {
            Spec = set.Spec with { PersistentVolumeClaimRetentionPolicy = new() { WhenDeleted = whenDeleted, WhenScaled = whenScaled } },
        });
        _plane.RunPods();

        _plane.Change<StatefulSet>("web", one => one with { Spec = one.Spec with { Replicas = 1 } });
        _plane.RunPods();
        Assert.Equal(afterScaling, _plane.Api.All<PersistentVolumeClaim>().Count);

        _plane.Delete<StatefulSet>("web");
        _plane.RunPods();
        Assert.Empty(_plane.Api.All<Pod>());
        Assert.Equal(afterDeletion, _plane.Api.All<PersistentVolumeClaim>().Count);
    }

    [Fact]
    public void A_pod_of_the_sets_name_is_taken_in_and_one_of_another_name_is_not()
    {
        Pod Lone(string name) => new() { Metadata = new() { Name = name, Namespace = "default", Labels = Samples.Web }, Spec = Samples.Template().Spec };
        _plane.Create(Lone("web-0"));
        _plane.Create(Lone("web-x"));

        _plane.Create(Set(1));

        Assert.Equal("web", Assert.Single(_plane.Api.Get<Pod>("web-0").Metadata.OwnerReferences).Name);
        Assert.Empty(_plane.Api.Get<Pod>("web-x").Metadata.OwnerReferences);
    }

    [Fact]
    public void What_a_quota_refused_is_made_when_there_is_more_of_it()
    {
        _plane.Create(new ResourceQuota { Metadata = new() { Name = "q", Namespace = "default" }, Spec = new() { Hard = ValueMap.Of(("pods", Quantity.FromUnits(0))) } });
        _plane.Create(Set(1));
        Assert.Empty(_plane.Api.All<Pod>());
        Assert.Contains(_plane.Events, text => text.StartsWith("FailedCreate create Pod web-0 in StatefulSet web failed error: pods \"web-0\" is forbidden: exceeded quota", StringComparison.Ordinal));

        _plane.Change<ResourceQuota>("q", quota => quota with { Spec = new() { Hard = ValueMap.Of(("pods", Quantity.FromUnits(1))) } });

        Assert.Equal(["web-0"], Names);
    }

    [Fact]
    public void That_somebody_else_has_a_pods_name_is_told_and_it_is_taken_when_it_is_free()
    {
        var other = Samples.Pod("web-0");
        _plane.Create(other with { Metadata = other.Metadata with { Labels = ValueMap.Of(("app", "other")) } });
        _plane.Create(Set(1));
        Assert.Contains("FailedCreate create Pod web-0 in StatefulSet web failed error: pods \"web-0\" already exists", _plane.Events);

        _plane.Delete<Pod>("web-0");
        _plane.RunPods();
        Assert.Equal("StatefulSet", Assert.Single(_plane.Api.Get<Pod>("web-0").Metadata.OwnerReferences).Kind);
    }

    private IEnumerable<string?> Names => _plane.Api.All<Pod>().Select(pod => pod.Metadata.Name);

    private StatefulSetStatus Status => _plane.Api.Get<StatefulSet>("web").Status;

    private static StatefulSet Set(int replicas) => new()
    {
        Metadata = new() { Name = "web", Namespace = "default" },
        Spec = new()
        {
            Replicas = replicas,
            ServiceName = "web",
            Selector = new() { MatchLabels = Samples.Web },
            Template = Samples.Template(),
            VolumeClaimTemplates =
            [
                new()
                {
                    Metadata = new() { Name = "data" },
                    Spec = new() { AccessModes = ["ReadWriteOnce"], Resources = new() { Requests = ValueMap.Of(("storage", Quantity.Parse("1Gi"))) } },
                },
            ],
        },
    };
}
