using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.Volumes;

public sealed class EphemeralVolumeTests : IDisposable
{
    private readonly ControlPlane _world = new();

    private static PersistentVolumeClaimSpec Wanted => new()
    {
        AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
        Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) },
    };

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_pod_gets_a_claim_of_its_own_that_goes_with_it()
    {
        var pod = Pod();

        var claim = Assert.Single(_world.Api.All<PersistentVolumeClaim>());
        Assert.Equal("web-scratch", claim.Metadata.Name);
        Assert.Equal(ValueMap.Of(("app", "web")), claim.Metadata.Labels);
        Assert.Equal("1Gi", claim.Spec.Resources.Requests["storage"].ToString());
        var owner = Assert.Single(claim.Metadata.OwnerReferences);
        Assert.Equal(("Pod", pod.Metadata.Uid, true, true), (owner.Kind, owner.Uid, owner.Controller, owner.BlockOwnerDeletion));

        _world.Delete<Pod>("web");
        Assert.Empty(_world.Api.All<PersistentVolumeClaim>());
    }

    [Fact]
    public void A_claim_that_somebody_deleted_is_made_again()
    {
        Pod();
        var before = Assert.Single(_world.Api.All<PersistentVolumeClaim>()).Metadata.Uid;
        _world.Delete<PersistentVolumeClaim>("web-scratch");
        Assert.NotEqual(before, Assert.Single(_world.Api.All<PersistentVolumeClaim>()).Metadata.Uid);
    }

    [Fact]
    public void A_claim_of_that_name_that_is_somebody_elses_is_left_alone_and_the_pod_says_so_until_it_is_gone()
    {
        var others = _world.Create(new PersistentVolumeClaim { Metadata = new() { Name = "web-scratch", Namespace = "default" }, Spec = Wanted });
        Pod();
        Assert.Contains(
            "FailedBinding ephemeral volume scratch: PVC \"default/web-scratch\" was not created for pod \"default/web\" (pod is not owner)", _world.Events);
        Assert.Equal(others.Metadata.Uid, Assert.Single(_world.Api.All<PersistentVolumeClaim>()).Metadata.Uid);

        _world.Delete<PersistentVolumeClaim>("web-scratch");
        Assert.Single(Assert.Single(_world.Api.All<PersistentVolumeClaim>()).Metadata.OwnerReferences);
    }

    private Pod Pod() => _world.Create(new Pod
    {
        Metadata = new() { Name = "web", Namespace = "default" },
        Spec = new()
        {
            Containers = [new() { Name = "c", Image = "i" }],
            Volumes = [new() { Name = "scratch", Ephemeral = new() { VolumeClaimTemplate = new() { Metadata = new() { Labels = ValueMap.Of(("app", "web")) }, Spec = Wanted } } }],
        },
    });
}
