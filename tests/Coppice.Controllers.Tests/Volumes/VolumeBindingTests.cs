using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Controllers.Tests.Volumes;

public sealed class VolumeBindingTests : IDisposable
{
    private readonly ControlPlane _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_claim_gets_the_smallest_volume_that_is_large_enough_and_both_say_so()
    {
        Volume("large", "10Gi");
        Volume("small", "1Gi");
        Volume("fitting", "5Gi");
        Claim("data", "3Gi");

        var claim = _world.Api.Get<PersistentVolumeClaim>("data");
        Assert.Equal("fitting", claim.Spec.VolumeName);
        Assert.Equal(PersistentVolumeClaimPhase.Bound, claim.Status.Phase);
        Assert.Equal("5Gi", claim.Status.Capacity["storage"].ToString());
        Assert.Equal([PersistentVolumeAccessMode.ReadWriteOnce], claim.Status.AccessModes);
        Assert.Equal("yes", claim.Metadata.Annotations["pv.kubernetes.io/bind-completed"]);
        Assert.Equal("yes", claim.Metadata.Annotations["pv.kubernetes.io/bound-by-controller"]);

        var volume = Get("fitting");
        Assert.Equal(PersistentVolumePhase.Bound, volume.Status.Phase);
        Assert.Equal(claim.Metadata.Uid, volume.Spec.ClaimRef?.Uid);
        Assert.Equal("yes", volume.Metadata.Annotations["pv.kubernetes.io/bound-by-controller"]);
        Assert.Equal(PersistentVolumePhase.Available, Get("small").Status.Phase);
    }

    [Fact]
    public void A_claim_waits_for_a_volume_and_gets_it_when_it_comes()
    {
        Claim("data", "1Gi");
        Assert.Equal(PersistentVolumeClaimPhase.Pending, _world.Api.Get<PersistentVolumeClaim>("data").Status.Phase);
        Assert.Contains("FailedBinding no persistent volumes available for this claim and no storage class is set", _world.Events);

        Volume("v", "1Gi");
        Assert.Equal("v", VolumeOf("data"));
    }

    [Theory]
    [InlineData("class")]
    [InlineData("mode")]
    [InlineData("access")]
    [InlineData("selector")]
    [InlineData("reserved")]
    public void A_volume_that_is_not_what_is_asked_for_is_left_alone(string difference)
    {
        Volume("v", "1Gi", volume => difference switch
        {
            "class" => volume with { Spec = volume.Spec with { StorageClassName = "other" } },
            "mode" => volume with { Spec = volume.Spec with { VolumeMode = PersistentVolumeMode.Block } },
            "access" => volume with { Spec = volume.Spec with { AccessModes = [PersistentVolumeAccessMode.ReadWriteMany] } },
            "reserved" => volume with { Spec = volume.Spec with { ClaimRef = new() { Namespace = "default", Name = "somebody" } } },
            _ => volume,
        });
        Claim("data", "1Gi", spec => difference == "selector" ? spec with { Selector = new() { MatchLabels = ValueMap.Of(("disk", "fast")) } } : spec);

        Assert.Null(VolumeOf("data"));
        Assert.Equal(PersistentVolumePhase.Available, Get("v").Status.Phase);
    }

    [Fact]
    public void A_volume_that_names_a_claim_is_given_to_that_one_even_if_others_would_do()
    {
        Volume("a", "1Gi");
        Volume("b", "9Gi", volume => volume with { Spec = volume.Spec with { ClaimRef = new() { Namespace = "default", Name = "data" } } });
        Claim("data", "1Gi");

        Assert.Equal("b", VolumeOf("data"));
        Assert.False(Get("b").Metadata.Annotations.ContainsKey("pv.kubernetes.io/bound-by-controller"));
    }

    [Fact]
    public void A_claim_that_names_a_volume_gets_it_or_is_told_why_not()
    {
        Volume("v", "1Gi");
        Claim("large", "2Gi", spec => spec with { VolumeName = "v" });
        Assert.Contains("VolumeMismatch Cannot bind to requested volume \"v\": requested PV is too small", _world.Events);

        Claim("data", "1Gi", spec => spec with { VolumeName = "v" });
        Assert.Equal(PersistentVolumePhase.Bound, Get("v").Status.Phase);
        Assert.Equal(PersistentVolumeClaimPhase.Bound, _world.Api.Get<PersistentVolumeClaim>("data").Status.Phase);
        Assert.False(_world.Api.Get<PersistentVolumeClaim>("data").Metadata.Annotations.ContainsKey("pv.kubernetes.io/bound-by-controller"));

        Claim("late", "1Gi", spec => spec with { VolumeName = "v" });
        Assert.Contains("FailedBinding volume \"v\" already bound to a different claim.", _world.Events);
    }

    [Fact]
    public void Two_claims_never_get_one_volume()
    {
        Volume("v", "1Gi");
        Claim("first", "1Gi");
        Claim("second", "1Gi");

        Assert.Equal("v", VolumeOf("first"));
        Assert.Null(VolumeOf("second"));
    }

    [Theory]
    [InlineData(PersistentVolumeReclaimPolicy.Retain, PersistentVolumePhase.Released, null)]
    [InlineData(
        PersistentVolumeReclaimPolicy.Delete,
        PersistentVolumePhase.Failed,
        "VolumeFailedDelete error getting deleter volume plugin for volume \"v\": no deletable volume plugin matched")]
    [InlineData(PersistentVolumeReclaimPolicy.Recycle, PersistentVolumePhase.Failed, "VolumeFailedRecycle No recycler plugin found for the volume!")]
    public void When_its_claim_is_gone_a_volume_is_nobody_elses(string policy, string phase, string? told)
    {
        Volume("v", "1Gi", volume => volume with { Spec = volume.Spec with { PersistentVolumeReclaimPolicy = policy } });
        Claim("data", "1Gi");
        _world.Delete<PersistentVolumeClaim>("data");

        Assert.Equal(phase, Get("v").Status.Phase);
        Assert.True(told is null || _world.Events.Contains(told), string.Join('\n', _world.Events));
        Claim("data", "1Gi");
        Assert.Null(VolumeOf("data"));
    }

    [Fact]
    public void A_claim_whose_volume_is_taken_away_is_lost()
    {
        Volume("v", "1Gi");
        Claim("data", "1Gi");
        _world.Change<PersistentVolume>("v", volume => volume with { Metadata = volume.Metadata with { Finalizers = [] } }, "");
        _world.Delete<PersistentVolume>("v", "");

        Assert.Equal(PersistentVolumeClaimPhase.Lost, _world.Api.Get<PersistentVolumeClaim>("data").Status.Phase);
        Assert.Contains("ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!", _world.Events);
    }

    [Fact]
    public void Whoever_makes_the_volumes_of_a_class_is_asked_for_one()
    {
        Class("fast");
        Claim("data", "1Gi", spec => spec with { StorageClassName = "fast" });

        var claim = _world.Api.Get<PersistentVolumeClaim>("data");
        Assert.Equal("example.com/disks", claim.Metadata.Annotations["volume.kubernetes.io/storage-provisioner"]);
        Assert.Equal("example.com/disks", claim.Metadata.Annotations["volume.beta.kubernetes.io/storage-provisioner"]);
        Assert.Contains(_world.Events, told => told.StartsWith(
            "ExternalProvisioning Waiting for a volume to be created either by the external provisioner 'example.com/disks'", StringComparison.Ordinal));

        Claim("other", "1Gi", spec => spec with { StorageClassName = "missing" });
        Assert.Contains("ProvisioningFailed storageclass.storage.k8s.io \"missing\" not found", _world.Events);
    }

    [Fact]
    public void A_claim_of_a_class_that_waits_is_bound_only_when_a_node_was_chosen()
    {
        Class("late", waits: true);
        Volume("v", "1Gi", volume => volume with { Spec = volume.Spec with { StorageClassName = "late" } });
        Claim("data", "1Gi", spec => spec with { StorageClassName = "late" });
        Assert.Null(VolumeOf("data"));
        Assert.Contains("WaitForFirstConsumer waiting for first consumer to be created before binding", _world.Events);

        var claim = _world.Api.Get<PersistentVolumeClaim>("data");
        _world.Change<PersistentVolume>("v", volume => VolumeBinding.BindTo(volume, claim), "");
        Assert.Equal("v", VolumeOf("data"));

        _world.Create(new Node { Metadata = new() { Name = "n" } });
        Claim("next", "1Gi", spec => spec with { StorageClassName = "late" });
        _world.Change<PersistentVolumeClaim>("next", next => next with
        {
            Metadata = next.Metadata with { Annotations = next.Metadata.Annotations.With("volume.kubernetes.io/selected-node", "n") },
        });
        Assert.True(_world.Api.Get<PersistentVolumeClaim>("next").Metadata.Annotations.ContainsKey("volume.kubernetes.io/storage-provisioner"));
    }

    [Fact]
    public void Whose_node_is_gone_before_there_is_a_volume_waits_for_another_node()
    {
        Class("late", waits: true);
        Claim("data", "1Gi", spec => spec with { StorageClassName = "late" });
        _world.Create(new Node { Metadata = new() { Name = "n" } });
        _world.Change<PersistentVolumeClaim>("data", claim => claim with
        {
            Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.With("volume.kubernetes.io/selected-node", "n") },
        });
        Assert.True(_world.Api.Get<PersistentVolumeClaim>("data").Metadata.Annotations.ContainsKey("volume.kubernetes.io/selected-node"));

        _world.Delete<Node>("n", "");
        Assert.False(_world.Api.Get<PersistentVolumeClaim>("data").Metadata.Annotations.ContainsKey("volume.kubernetes.io/selected-node"));
    }

    [Fact]
    public void A_claim_names_the_pods_that_fit_nowhere_and_says_why_it_waits_again_and_again()
    {
        Class("late", waits: true);
        Claim("data", "1Gi", spec => spec with { StorageClassName = "late" });
        foreach (var name in (string[])["b", "a"])
        {
            _world.Create(new Pod
            {
                Metadata = new() { Name = name, Namespace = "default" },
                Spec = new() { Containers = [new() { Name = "c", Image = "i" }], Volumes = [new() { Name = "d", PersistentVolumeClaim = new() { ClaimName = "data" } }] },
                Status = new() { Conditions = [new() { Type = PodConditionType.PodScheduled, Status = "False", Reason = "Unschedulable" }] },
            });
        }

        Assert.Contains("WaitForPodScheduled waiting for pod b to be scheduled", _world.Events);
        Assert.Contains("WaitForPodScheduled waiting for pods a,b to be scheduled", _world.Events);

        _world.Events.Clear();
        _world.Advance(TimeSpan.FromHours(1));
        Assert.Contains("WaitForPodScheduled waiting for pods a,b to be scheduled", _world.Events);
    }

    [Fact]
    public void A_claim_that_asks_for_more_than_it_has_waits_for_whoever_makes_its_volume_larger()
    {
        _world.Create(new StorageClass { Metadata = new() { Name = "growing" }, Provisioner = "example.com/disks", AllowVolumeExpansion = true });
        Volume("v", "1Gi", volume => volume with { Spec = volume.Spec with { StorageClassName = "growing" } });
        Claim("data", "1Gi", spec => spec with { StorageClassName = "growing" });
        Assert.DoesNotContain(_world.Events, told => told.StartsWith("ExternalExpanding", StringComparison.Ordinal));

        _world.Change<PersistentVolumeClaim>("data", claim => claim with
        {
            Spec = claim.Spec with { Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("2Gi"))) } },
        });
        Assert.Contains("ExternalExpanding waiting for an external controller to expand this PVC", _world.Events);
        Assert.Equal("1Gi", _world.Api.Get<PersistentVolumeClaim>("data").Status.Capacity["storage"].ToString());
    }

    [Fact]
    public void A_claim_that_named_no_class_gets_the_default_when_there_is_one()
    {
        Claim("data", "1Gi");
        _world.Create(new StorageClass
        {
            Metadata = new() { Name = "standard", Annotations = ValueMap.Of(("storageclass.kubernetes.io/is-default-class", "true")) },
            Provisioner = "example.com/disks",
        });
        Assert.Equal("standard", _world.Api.Get<PersistentVolumeClaim>("data").Spec.StorageClassName);
    }

    private PersistentVolume Get(string name) => _world.Api.Get<PersistentVolume>(name, "");

    private string? VolumeOf(string claim) => _world.Api.Get<PersistentVolumeClaim>(claim).Spec.VolumeName;

    private void Class(string name, bool waits = false) => _world.Create(new StorageClass
    {
        Metadata = new() { Name = name },
        Provisioner = "example.com/disks",
        VolumeBindingMode = waits ? VolumeBindingMode.WaitForFirstConsumer : VolumeBindingMode.Immediate,
    });

    private void Volume(string name, string size, Func<PersistentVolume, PersistentVolume>? change = null)
    {
        var volume = new PersistentVolume
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse(size))),
                HostPath = new() { Path = "/a" },
            },
        };
        _world.Create(change?.Invoke(volume) ?? volume);
    }

    private void Claim(string name, string size, Func<PersistentVolumeClaimSpec, PersistentVolumeClaimSpec>? change = null)
    {
        var spec = new PersistentVolumeClaimSpec
        {
            AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
            Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse(size))) },
        };
        _world.Create(new PersistentVolumeClaim { Metadata = new() { Name = name, Namespace = "default" }, Spec = change?.Invoke(spec) ?? spec });
    }
}
