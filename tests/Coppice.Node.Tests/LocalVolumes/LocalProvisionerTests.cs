using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Node.LocalVolumes;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Node.Tests.LocalVolumes;

public sealed class LocalProvisionerTests : IDisposable, IEventRecorder
{
    private readonly string _root = Directory.CreateTempSubdirectory("coppice-local-").FullName + "/volumes";
    private readonly ManualTimeProvider _time = new();
    private readonly SimulationLoop _loop;
    private readonly TestApi _api = new(new ManualTimeProvider(), "default");
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _told = [];

    public LocalProvisionerTests()
    {
        _loop = new(_time);
        _api.GrantDefaultRoles();
        _api.Denied = Assert.Fail;
        var api = _api.As(Users.Controller(LocalProvisioner.Account));
        var caches = new CacheSet(api, _loop.Time, NullLoggerFactory.Instance);
        var volumes = new LocalProvisioner(api, caches, this, new LocalVolumeOptions("node-1", _root), _loop.Time, NullLogger.Instance);
        _loop.Start(() => caches.RunAsync(_stop.Token));
        _loop.Start(() => volumes.RunAsync(_stop.Token));
        foreach (var waits in (bool[])[false, true])
        {
            _api.Create(new StorageClass
            {
                Metadata = new() { Name = waits ? "late" : "early" },
                Provisioner = LocalProvisioner.Name,
                ReclaimPolicy = PersistentVolumeReclaimPolicy.Delete,
                AllowVolumeExpansion = true,
                VolumeBindingMode = waits ? VolumeBindingMode.WaitForFirstConsumer : VolumeBindingMode.Immediate,
            });
        }
    }

    void IEventRecorder.Record(KubernetesObject about, string type, string reason, string message, string? fieldPath) => _told.Add($"{reason} {message}");

    public void Dispose()
    {
        _stop.Cancel();
        _loop.RunUntilIdle();
        _stop.Dispose();
        Directory.Delete(Path.GetDirectoryName(_root)!, recursive: true);
    }

    [Fact]
    public void A_claim_gets_a_directory_that_only_pods_of_the_node_reach()
    {
        var claim = Claim("early", null);
        var volume = Assert.Single(_api.All<PersistentVolume>());
        Assert.Equal($"pvc-{claim.Metadata.Uid}", volume.Metadata.Name);
        Assert.Equal($"{_root}/{volume.Metadata.Name}", volume.Spec.Local?.Path);
        Assert.True(Directory.Exists(volume.Spec.Local!.Path));
        Assert.Equal(claim.Metadata.Uid, volume.Spec.ClaimRef?.Uid);
        Assert.Equal("1Gi", volume.Spec.Capacity["storage"].ToString());
        Assert.Equal(["Provisioning External provisioner is provisioning volume for claim \"default/data\"", $"ProvisioningSucceeded Successfully provisioned volume {volume.Metadata.Name}"], _told);
        Assert.Equal("Delete", volume.Spec.PersistentVolumeReclaimPolicy);
        Assert.Equal(["node-1"], volume.Spec.NodeAffinity!.Required!.NodeSelectorTerms[0].MatchExpressions[0].Values);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("node-1", 1)]
    [InlineData("node-2", 0)]
    public void A_claim_that_waits_for_a_node_is_served_by_that_node_alone(string? chosen, int volumes)
    {
        Claim("late", chosen);
        Assert.Equal(volumes, _api.All<PersistentVolume>().Count);
    }

    [Fact]
    public void A_claim_that_is_there_before_its_class_gets_its_volume_when_that_comes()
    {
        Claim("last", null);
        Assert.Empty(_api.All<PersistentVolume>());
        _api.Create(new StorageClass { Metadata = new() { Name = "last" }, Provisioner = LocalProvisioner.Name, VolumeBindingMode = VolumeBindingMode.Immediate });
        _loop.RunUntilIdle();
        Assert.Single(_api.All<PersistentVolume>());
    }

    [Theory]
    [InlineData(PersistentVolumeReclaimPolicy.Delete)]
    [InlineData(PersistentVolumeReclaimPolicy.Retain)]
    public void When_its_claim_is_gone_a_volume_goes_unless_it_is_to_be_kept(string policy)
    {
        Claim("early", null);
        var volume = Assert.Single(_api.All<PersistentVolume>());
        Change(volume with { Spec = volume.Spec with { PersistentVolumeReclaimPolicy = policy } });
        Directory.CreateDirectory(volume.Spec.Local!.Path + "/deep");
        Release();
        Assert.Equal(policy == PersistentVolumeReclaimPolicy.Retain, Directory.Exists(volume.Spec.Local.Path));
        Assert.Equal(policy == PersistentVolumeReclaimPolicy.Retain ? 1 : 0, _api.All<PersistentVolume>().Count(one => one.Metadata.DeletionTimestamp is null));
    }

    [Fact]
    public void A_volume_grows_with_its_claim()
    {
        var claim = Claim("early", null);
        var volume = Assert.Single(_api.All<PersistentVolume>());
        claim = Write(claim with { Spec = claim.Spec with { VolumeName = volume.Metadata.Name } });
        claim = WriteStatus(claim with { Status = new() { Phase = PersistentVolumeClaimPhase.Bound, Capacity = volume.Spec.Capacity } });
        Assert.Equal("1Gi", Assert.Single(_api.All<PersistentVolume>()).Spec.Capacity["storage"].ToString());

        _told.Clear();
        Write(claim with { Spec = claim.Spec with { Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("3Gi"))) } } });

        Assert.Equal("3Gi", Assert.Single(_api.All<PersistentVolume>()).Spec.Capacity["storage"].ToString());
        var status = Assert.Single(_api.All<PersistentVolumeClaim>()).Status;
        Assert.Equal(("3Gi", "3Gi"), (status.Capacity["storage"].ToString(), status.AllocatedResources["storage"].ToString()));
        Assert.Empty(status.Conditions);
        Assert.Empty(status.AllocatedResourceStatuses);
        Assert.Equal([$"Resizing External resizer is resizing volume {volume.Metadata.Name}", "VolumeResizeSuccessful Resize volume succeeded"], _told);
    }

    [Fact]
    public void What_cannot_be_made_here_is_given_back_to_be_made_elsewhere_but_not_at_once()
    {
        File.WriteAllText(_root, "in the way");
        Claim("late", "node-1");
        Assert.Contains(_told, text => text.StartsWith("ProvisioningFailed failed to provision volume with StorageClass \"late\": ", StringComparison.Ordinal));
        Assert.Equal("node-1", Assert.Single(_api.All<PersistentVolumeClaim>()).Metadata.Annotations.Find(VolumeBinding.SelectedNode));

        _time.Advance(TimeSpan.FromSeconds(1));
        _loop.RunUntilIdle();
        Assert.Null(Assert.Single(_api.All<PersistentVolumeClaim>()).Metadata.Annotations.Find(VolumeBinding.SelectedNode));
        Assert.Empty(_api.All<PersistentVolume>());
        File.Delete(_root);
    }

    [Fact]
    public void Of_a_claim_that_got_its_volume_on_another_node_nothing_is_left_here()
    {
        var claim = Claim("late", null);
        var there = LocalVolumePlanner.Make(claim, new() { Metadata = new() { Name = "late" }, ReclaimPolicy = PersistentVolumeReclaimPolicy.Delete }, new("node-2", _root));
        _api.Create(there);
        Write(claim with { Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.With(VolumeBinding.SelectedNode, "node-1") } });

        Assert.False(Directory.Exists(there.Spec.Local!.Path));
        Assert.Equal(there.Spec.NodeAffinity, Assert.Single(_api.All<PersistentVolume>()).Spec.NodeAffinity);
    }

    [Fact]
    public void Of_a_claim_that_went_before_its_volume_was_written_nothing_is_left()
    {
        _api.Fault = (verb, about) => _ = (verb, about) is ("create", PersistentVolume) ? throw new IOException("cut") : 0;
        Claim("early", null);
        Assert.Single(Directory.GetDirectories(_root));

        var claim = Assert.Single(_api.All<PersistentVolumeClaim>());
        Write(claim with { Metadata = claim.Metadata with { Finalizers = [] } });
        _loop.Start(async () => await _api.DeleteAsync<PersistentVolumeClaim>(ObjectKey.Of(claim), null, default));
        _loop.RunUntilIdle();

        Assert.Empty(_api.All<PersistentVolumeClaim>());
        Assert.Empty(Directory.GetDirectories(_root));
    }

    [Fact]
    public void A_claim_of_a_device_is_told_that_there_are_none()
    {
        Claim("early", null, spec => spec with { VolumeMode = PersistentVolumeMode.Block });
        Assert.Empty(_api.All<PersistentVolume>());
        Assert.Equal(["ProvisioningFailed coppice.io/local does not support block volume provisioning"], _told);
    }

    [Fact]
    public void Attributes_that_a_claim_asks_for_later_are_refused_in_words()
    {
        var claim = Claim("early", null);
        claim = Write(claim with { Spec = claim.Spec with { VolumeName = Assert.Single(_api.All<PersistentVolume>()).Metadata.Name } });
        claim = WriteStatus(claim with { Status = new() { Phase = PersistentVolumeClaimPhase.Bound, Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) } });
        _told.Clear();
        claim = Write(claim with { Spec = claim.Spec with { VolumeAttributesClassName = "gold" } });
        claim = Assert.Single(_api.All<PersistentVolumeClaim>());
        Assert.Equal(new() { TargetVolumeAttributesClassName = "gold", Status = "Infeasible" }, claim.Status.ModifyVolumeStatus);
        Assert.Equal(["VolumeModifyFailed volumes have no attributes to choose: a VolumeAttributesClass is not supported"], _told);
    }

    [Fact]
    public void What_somebody_else_calls_ours_is_left_alone()
    {
        var path = Directory.CreateDirectory(Path.GetDirectoryName(_root) + "/precious").FullName;
        Claim("early", null);
        var volume = Assert.Single(_api.All<PersistentVolume>());
        _api.Create(volume with
        {
            Metadata = new() { Name = "precious", Annotations = volume.Metadata.Annotations },
            Spec = volume.Spec with { Local = new() { Path = path } },
        });
        _loop.RunUntilIdle();
        Release();
        Assert.True(Directory.Exists(path));
    }

    private PersistentVolumeClaim Claim(string storageClass, string? node, Func<PersistentVolumeClaimSpec, PersistentVolumeClaimSpec>? change = null)
    {
        var notes = ValueMap.Of((VolumeBinding.Provisioner, LocalProvisioner.Name));
        var spec = new PersistentVolumeClaimSpec
        {
            AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
            Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) },
            StorageClassName = storageClass,
        };
        var claim = _api.Create(new PersistentVolumeClaim
        {
            Metadata = new() { Namespace = "default", Name = "data", Annotations = node is null ? notes : notes.With(VolumeBinding.SelectedNode, node) },
            Spec = change?.Invoke(spec) ?? spec,
        });
        _loop.RunUntilIdle();
        return claim;
    }

    /// <summary>The controllers' part: no volume has a claim any more, and the first that deletes one that nobody has may.</summary>
    private void Release()
    {
        foreach (var volume in _api.All<PersistentVolume>())
        {
            _loop.Start(async () => await _api.UpdateStatusAsync(volume with { Status = new() { Phase = PersistentVolumePhase.Released } }, default));
            _loop.RunUntilIdle();
        }

        foreach (var volume in _api.All<PersistentVolume>())
        {
            Change(volume with { Metadata = volume.Metadata with { Finalizers = volume.Metadata.Finalizers.Where(one => one != StorageFinalizers.Volume).ToValueList() } });
        }
    }

    private void Change(PersistentVolume volume)
    {
        _loop.Start(async () => await _api.UpdateAsync(volume, default));
        _loop.RunUntilIdle();
    }

    private PersistentVolumeClaim Write(PersistentVolumeClaim claim)
    {
        _loop.Start(async () => claim = await _api.UpdateAsync(claim, default));
        _loop.RunUntilIdle();
        return claim;
    }

    private PersistentVolumeClaim WriteStatus(PersistentVolumeClaim claim)
    {
        _loop.Start(async () => claim = await _api.UpdateStatusAsync(claim, default));
        _loop.RunUntilIdle();
        return claim;
    }
}
