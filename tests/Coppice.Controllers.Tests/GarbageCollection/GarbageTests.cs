using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Rbac;
using Coppice.Objects.Storage;

namespace Coppice.Controllers.Tests.GarbageCollection;

public sealed class GarbageTests
{
    [Fact]
    public void What_a_deleted_deployment_owned_goes_after_it()
    {
        using var plane = Deployed();
        plane.Delete<Deployment>("web");
        Assert.Empty(plane.Api.All<Deployment>());
        plane.RunPods();
        Assert.Empty(plane.Api.All<ReplicaSet>());
        Assert.Empty(plane.Api.All<Pod>());
    }

    [Fact]
    public void A_foreground_deletion_waits_for_the_last_pod()
    {
        using var plane = Deployed();
        plane.Delete<Deployment>("web", propagation: DeletionPropagation.Foreground);
        Assert.Single(plane.Api.All<Deployment>());
        Assert.Single(plane.Api.All<ReplicaSet>());
        Assert.All(plane.Api.All<Pod>(), p => Assert.NotNull(p.Metadata.DeletionTimestamp));

        plane.RunPods();
        Assert.Empty(plane.Api.All<Pod>());
        Assert.Empty(plane.Api.All<ReplicaSet>());
        Assert.Empty(plane.Api.All<Deployment>());
    }

    [Fact]
    public void An_orphaning_deletion_leaves_the_dependents_without_an_owner()
    {
        using var plane = Deployed();
        plane.Delete<ReplicaSet>(plane.Api.All<ReplicaSet>()[0].Metadata.Name!, propagation: DeletionPropagation.Orphan);
        plane.RunPods();

        // The Deployment makes its ReplicaSet anew, and that adopts the pods.
        Assert.Equal(2, plane.Api.All<Pod>().Count);
        plane.Delete<Deployment>("web", propagation: DeletionPropagation.Orphan);
        Assert.Empty(plane.Api.All<Deployment>());
        Assert.Empty(Assert.Single(plane.Api.All<ReplicaSet>()).Metadata.OwnerReferences);
        Assert.Equal(2, plane.Api.All<Pod>().Count);
    }

    [Fact]
    public void What_a_node_showed_of_its_drivers_goes_with_it()
    {
        using var plane = new ControlPlane();
        var node = plane.Create(new Node { Metadata = new() { Name = "n1" } });
        var owner = new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = "n1", Uid = node.Metadata.Uid! };
        plane.Create(new CSINode { Metadata = new() { Name = "n1", OwnerReferences = [owner] } });
        Assert.Single(plane.Api.All<CSINode>());

        plane.Delete<Node>("n1", "");
        Assert.Empty(plane.Api.All<CSINode>());
    }

    [Fact]
    public void An_object_whose_owner_never_was_goes()
    {
        using var plane = new ControlPlane();
        plane.Create(Owned("a", Reference("gone", "uid-of-nobody")));
        Assert.Empty(plane.Api.All<ConfigMap>());
    }

    [Fact]
    public void An_owner_of_the_same_name_but_another_uid_is_no_owner()
    {
        using var plane = new ControlPlane();
        plane.Create(new ConfigMap { Metadata = new() { Name = "owner", Namespace = "default" } });
        plane.Create(Owned("a", Reference("owner", "uid-of-one-before")));
        Assert.Equal("owner", Assert.Single(plane.Api.All<ConfigMap>()).Metadata.Name);
    }

    [Fact]
    public void With_two_owners_an_object_stays_for_the_one_that_is_left()
    {
        using var plane = new ControlPlane();
        var first = plane.Create(new ConfigMap { Metadata = new() { Name = "first", Namespace = "default" } });
        var second = plane.Create(new ConfigMap { Metadata = new() { Name = "second", Namespace = "default" } });
        plane.Create(Owned("a", Reference("first", first.Metadata.Uid!), Reference("second", second.Metadata.Uid!)));
        plane.Delete<ConfigMap>("first");
        Assert.Equal("second", Assert.Single(plane.Api.Get<ConfigMap>("a").Metadata.OwnerReferences).Name);

        plane.Delete<ConfigMap>("second");
        Assert.Empty(plane.Api.All<ConfigMap>());
    }

    [Fact]
    public void An_owner_of_an_unknown_kind_is_given_the_benefit_of_the_doubt()
    {
        using var plane = new ControlPlane();
        plane.Create(Owned("a", new OwnerReference { ApiVersion = "example.com/v1", Kind = "Widget", Name = "w", Uid = "u" }));
        Assert.Single(plane.Api.All<ConfigMap>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_ring_of_owners_that_is_deleted_in_the_foreground_goes(int size)
    {
        using var plane = Ring(size);
        plane.Delete<ConfigMap>("c0", propagation: DeletionPropagation.Foreground);
        Assert.Empty(plane.Api.All<ConfigMap>());
    }

    [Fact]
    public void A_ring_of_which_all_are_deleted_in_the_foreground_goes()
    {
        using var plane = Ring(3, "example.com/wait");
        foreach (var name in (string[])["c0", "c1", "c2"])
        {
            plane.Delete<ConfigMap>(name, propagation: DeletionPropagation.Foreground);
        }

        foreach (var name in (string[])["c0", "c1", "c2"])
        {
            LetGo(plane, name);
        }

        Assert.Empty(plane.Api.All<ConfigMap>());
    }

    /// <summary>Each is owned by the one before it, and the first by the last.</summary>
    private static ControlPlane Ring(int size, params string[] finalizers)
    {
        var plane = new ControlPlane();
        var members = Enumerable.Range(0, size)
            .Select(i => plane.Create(new ConfigMap { Metadata = new() { Name = $"c{i}", Namespace = "default", Finalizers = [.. finalizers] } }))
            .ToList();
        for (var i = 0; i < size; i++)
        {
            var owner = members[(i + size - 1) % size].Metadata;
            plane.Change<ConfigMap>($"c{i}", c => c with
            {
                Metadata = c.Metadata with { OwnerReferences = [Reference(owner.Name!, owner.Uid!) with { BlockOwnerDeletion = true }] },
            });
        }

        return plane;
    }

    private static void LetGo(ControlPlane plane, string name) => plane.Change<ConfigMap>(
        name, c => c with { Metadata = c.Metadata with { Finalizers = c.Metadata.Finalizers.Where(f => f != "example.com/wait").ToValueList() } });

    private static ControlPlane Deployed()
    {
        var plane = new ControlPlane();
        plane.Create(Samples.Deployment(2));
        plane.RunPods();
        return plane;
    }

    [Fact]
    public void That_an_owner_is_of_another_namespace_is_told()
    {
        using var plane = new ControlPlane();
        plane.Create(new Namespace { Metadata = new() { Name = "shop" } });
        var owner = plane.Create(new ConfigMap { Metadata = new() { Name = "owner", Namespace = "shop" } });
        plane.Create(Owned("a", Reference("owner", owner.Metadata.Uid!)));

        Assert.Null(plane.Api.Find<ConfigMap>(new("default", "a")));
        Assert.Contains(
            $"OwnerRefInvalidNamespace ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: {owner.Metadata.Uid}] does not exist in namespace \"default\"", plane.Events);

        // What belongs to the cluster stays, as nothing can be said of such an owner.
        plane.Create(new ClusterRole { Metadata = new() { Name = "wide", OwnerReferences = [Reference("owner", owner.Metadata.Uid!)] } });
        Assert.NotNull(plane.Api.Find<ClusterRole>(new("", "wide")));
        Assert.Contains(
            $"OwnerRefInvalidNamespace ownerRef [v1/ConfigMap, namespace: , name: owner, uid: {owner.Metadata.Uid}] does not exist in namespace \"\"", plane.Events);
    }

    private static ConfigMap Owned(string name, params OwnerReference[] owners) =>
        new() { Metadata = new() { Name = name, Namespace = "default", OwnerReferences = owners.ToValueList() } };

    private static OwnerReference Reference(string name, string uid) => new() { ApiVersion = "v1", Kind = "ConfigMap", Name = name, Uid = uid };
}
