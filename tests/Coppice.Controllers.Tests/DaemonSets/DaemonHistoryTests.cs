using Coppice.Controllers.DaemonSets;
using Coppice.Controllers.Runtime;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.DaemonSets;

public sealed class DaemonHistoryTests : IDisposable
{
    private readonly ControlPlane _plane = new();

    public DaemonHistoryTests()
    {
        var ready = new NodeCondition { Type = "Ready", Status = "True", LastHeartbeatTime = _plane.Time.GetUtcNow(), LastTransitionTime = _plane.Time.GetUtcNow() };
        _plane.Create(new Node { Metadata = new() { Name = "n1" }, Status = new() { Conditions = [ready] } });
        _plane.Create(new DaemonSet
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = new() { Selector = new() { MatchLabels = Samples.Web }, Template = Samples.Template(), RevisionHistoryLimit = 1 },
        });
        _plane.RunPods(bindTo: _ => "n1");
    }

    public void Dispose() => _plane.Dispose();

    [Fact]
    public void Each_template_is_a_revision_and_who_goes_back_makes_it_the_newest()
    {
        Change("web:2");
        Assert.Equal([1, 2], Revisions.Select(one => one.Revision));
        Assert.Equal(Revisions[1].Metadata.Labels[DaemonSetPlanner.HashLabel], Assert.Single(_plane.Api.All<Pod>()).Metadata.Labels[DaemonSetPlanner.HashLabel]);

        Change("web:1");
        Assert.Equal([2, 3], Revisions.Select(one => one.Revision));
        Assert.Equal("web:1", Assert.Single(_plane.Api.All<Pod>()).Spec.Containers[0].Image);

        // No more than the limit beside the newest.
        Change("web:3");
        Assert.Equal([3, 4], Revisions.Select(one => one.Revision));
    }

    [Fact]
    public void A_pod_bears_how_often_the_template_has_been_another()
    {
        Assert.Equal("1", Assert.Single(_plane.Api.All<Pod>()).Metadata.Labels["pod-template-generation"]);
        Change("web:2");
        Assert.Equal("2", Assert.Single(_plane.Api.All<Pod>()).Metadata.Labels["pod-template-generation"]);
    }

    [Fact]
    public void A_pod_stays_when_its_revision_is_of_the_same_template_whatever_it_is_called()
    {
        var pod = Assert.Single(_plane.Api.All<Pod>());
        _plane.Change<DaemonSet>("web", one => one with { Metadata = one.Metadata with { Annotations = ValueMap.Of(("touched", "yes")) } });
        _plane.RunPods(bindTo: _ => "n1");
        Assert.Equal(pod.Metadata.Uid, Assert.Single(_plane.Api.All<Pod>()).Metadata.Uid);
        Assert.Single(Revisions);
    }

    [Fact]
    public void Who_goes_back_leaves_the_pods_that_were_not_reached_as_they_are()
    {
        var ready = new NodeCondition { Type = "Ready", Status = "True", LastHeartbeatTime = _plane.Time.GetUtcNow(), LastTransitionTime = _plane.Time.GetUtcNow() };
        _plane.Create(new Node { Metadata = new() { Name = "n2" }, Status = new() { Conditions = [ready] } });
        Run();
        var before = Uids();
        Change("broken:1");
        Assert.Single(Uids().Intersect(before));

        Change("web:1");
        Assert.Equal(2, Uids().Count);
        Assert.Single(Uids().Intersect(before));
        Assert.All(_plane.Api.All<Pod>(), pod => Assert.Equal("web:1", pod.Spec.Containers[0].Image));
        Assert.Equal(2, _plane.Api.Get<DaemonSet>("web").Status.NumberAvailable);

        List<string?> Uids() => [.. _plane.Api.All<Pod>().Select(pod => pod.Metadata.Uid)];
    }

    [Fact]
    public void A_name_that_another_revision_has_is_passed_by()
    {
        // Taken out of the set's, it still has its name.
        var other = Assert.Single(Revisions);
        var template = Samples.Template("web:9");
        _plane.Delete<DaemonSet>("web", propagation: "Orphan");
        _plane.Change<ControllerRevision>(other.Metadata.Name!, one => one with { Metadata = one.Metadata with { Labels = default, OwnerReferences = [] } });
        _plane.Delete<ControllerRevision>(other.Metadata.Name!);
        _plane.Create(other with
        {
            Metadata = new() { Name = other.Metadata.Name, Namespace = "default" },
            Data = TemplateRevision.DataOf(template),
        });
        _plane.Create(new DaemonSet
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = new() { Selector = new() { MatchLabels = Samples.Web }, Template = Samples.Template() },
        });
        _plane.RunPods(bindTo: _ => "n1");

        Assert.Equal(1, _plane.Api.Get<DaemonSet>("web").Status.CollisionCount);
        Assert.Equal(2, _plane.Api.All<ControllerRevision>().Count);
        Assert.Single(_plane.Api.All<Pod>(), pod => pod.Metadata.OwnerReferences.Any(owner => owner.Kind == "DaemonSet"));
    }

    private List<ControllerRevision> Revisions => [.. _plane.Api.All<ControllerRevision>().OrderBy(one => one.Revision)];

    private void Change(string image)
    {
        _plane.Change<DaemonSet>("web", one => one with { Spec = one.Spec with { Template = Samples.Template(image) } });
        Run();
    }

    /// <summary>The nodes' part, where only what is broken does not get ready.</summary>
    private void Run() => _plane.RunPods(pod => pod.Spec.Containers[0].Image != "broken:1", DaemonPlacement.NodeOf);
}
