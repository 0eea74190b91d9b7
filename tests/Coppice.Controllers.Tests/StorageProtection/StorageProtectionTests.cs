using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Controllers.Tests.StorageProtection;

public sealed class StorageProtectionTests : IDisposable
{
    private readonly ControlPlane _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_claim_goes_at_once_when_nobody_uses_it()
    {
        Claim("free");

        _world.Delete<PersistentVolumeClaim>("free");

        Assert.Empty(_world.Api.All<PersistentVolumeClaim>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_claim_waits_for_the_end_of_the_pod_that_uses_it(bool isMadeForThePod)
    {
        Claim(isMadeForThePod ? "web-data" : "data");
        var volume = isMadeForThePod
            ? new Volume { Name = "data", Ephemeral = new() { VolumeClaimTemplate = new() { Spec = Wanted } } }
            : new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = "data" } };
        var pod = _world.Create(new Pod
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = new() { NodeName = "node-1", Containers = [new() { Name = "c", Image = "i" }], Volumes = [volume] },
        });

        _world.Delete<PersistentVolumeClaim>(isMadeForThePod ? "web-data" : "data");
        Assert.NotNull(Assert.Single(_world.Api.All<PersistentVolumeClaim>()).Metadata.DeletionTimestamp);

        _world.Delete<Pod>("web");
        _world.Api.FinishPod(_world.Api.Get<Pod>(pod.Metadata.Name!));
        _world.Settle();
        Assert.Empty(_world.Api.All<PersistentVolumeClaim>());
    }

    [Fact]
    public void A_pod_and_the_claim_that_was_made_for_it_do_not_wait_for_each_other()
    {
        _world.Create(new Pod
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = new()
            {
                NodeName = "node-1",
                Containers = [new() { Name = "c", Image = "i" }],
                Volumes = [new() { Name = "data", Ephemeral = new() { VolumeClaimTemplate = new() { Spec = Wanted } } }],
            },
        });
        Assert.Single(_world.Api.All<PersistentVolumeClaim>());

        _world.Delete<Pod>("web", propagation: "Foreground");
        Assert.NotNull(Assert.Single(_world.Api.All<PersistentVolumeClaim>()).Metadata.DeletionTimestamp);

        _world.Api.FinishPod(_world.Api.Get<Pod>("web"));
        _world.Settle();
        Assert.Empty(_world.Api.All<PersistentVolumeClaim>());
        Assert.Empty(_world.Api.All<Pod>());
    }

    [Fact]
    public void A_volume_waits_for_its_claim_to_let_go()
    {
        _world.Create(new PersistentVolume
        {
            Metadata = new() { Name = "v" },
            Spec = new()
            {
                AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))),
                HostPath = new() { Path = "/a" },
            },
        });
        Claim("data");

        _world.Delete<PersistentVolume>("v", ns: "");
        Assert.NotNull(Assert.Single(_world.Api.All<PersistentVolume>()).Metadata.DeletionTimestamp);

        _world.Delete<PersistentVolumeClaim>("data");
        Assert.Empty(_world.Api.All<PersistentVolume>());
    }

    [Fact]
    public void A_class_of_attributes_waits_for_the_last_that_names_it()
    {
        _world.Create(new VolumeAttributesClass { Metadata = new() { Name = "gold" }, DriverName = "example.com", Parameters = ValueMap.Of(("a", "1")) });
        Claim("data", "gold");

        _world.Delete<VolumeAttributesClass>("gold", ns: "");
        Assert.Single(_world.Api.All<VolumeAttributesClass>());

        _world.Delete<PersistentVolumeClaim>("data");
        Assert.Empty(_world.Api.All<VolumeAttributesClass>());
    }

    private static PersistentVolumeClaimSpec Wanted => new()
    {
        AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
        Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) },
    };

    private void Claim(string name, string? attributes = null) => _world.Create(new PersistentVolumeClaim
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = Wanted with { VolumeAttributesClassName = attributes },
    });
}
