using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;
using Coppice.Store.InMemory;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class StorageAdmissionTests
{
    private const string DefaultNote = "storageclass.kubernetes.io/is-default-class";

    private readonly ManualTimeProvider _time = new();
    private readonly InProcessClient _api;

    public StorageAdmissionTests() =>
        _api = new(new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, _time, new Random(1)), "test");

    [Fact]
    public async Task A_claim_without_a_class_gets_the_youngest_default_one()
    {
        await MakeNamespaceAsync();
        Assert.Null((await ClaimAsync("none")).Spec.StorageClassName);
        await ClassAsync("a", isDefault: true, mayGrow: false);
        Assert.Equal("a", (await ClaimAsync("first")).Spec.StorageClassName);
        _time.Advance(TimeSpan.FromSeconds(1));
        await ClassAsync("b", isDefault: true, mayGrow: false);
        await ClassAsync("c", isDefault: false, mayGrow: false);
        Assert.Equal("b", (await ClaimAsync("second")).Spec.StorageClassName);
        Assert.Equal("c", (await ClaimAsync("chosen", "c")).Spec.StorageClassName);
        Assert.Equal("", (await ClaimAsync("by-hand", "")).Spec.StorageClassName);
    }

    [Fact]
    public async Task Storage_waits_for_the_end_of_whoever_uses_it()
    {
        await MakeNamespaceAsync();
        Assert.Equal(["kubernetes.io/pvc-protection"], (await ClaimAsync("claim")).Metadata.Finalizers);
        var volume = new PersistentVolume
        {
            Metadata = new() { Name = "volume" },
            Spec = new()
            {
                AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))),
                HostPath = new() { Path = "/a" },
            },
        };
        Assert.Equal(["kubernetes.io/pv-protection"], (await _api.CreateAsync(volume, Stop)).Metadata.Finalizers);
    }

    [Fact]
    public async Task A_claim_grows_only_with_its_volume_and_by_leave_of_its_class()
    {
        await MakeNamespaceAsync();
        await ClassAsync("fixed", isDefault: false, mayGrow: false);
        await ClassAsync("grows", isDefault: false, mayGrow: true);
        var pending = await ClaimAsync("pending", "grows");
        Assert.EndsWith("Invalid", await GrowAsync(pending), StringComparison.Ordinal);

        const string NotByClass = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
        Assert.StartsWith($"persistentvolumeclaims \"fixed\" is forbidden: {NotByClass}", await GrowAsync(await BindAsync(await ClaimAsync("fixed", "fixed"))), StringComparison.Ordinal);
        Assert.StartsWith($"persistentvolumeclaims \"none\" is forbidden: {NotByClass}", await GrowAsync(await BindAsync(await ClaimAsync("none", ""))), StringComparison.Ordinal);
        Assert.Equal("", await GrowAsync(await BindAsync(await ClaimAsync("grows", "grows"))));
    }

    [Fact]
    public async Task The_phase_of_a_volume_is_dated()
    {
        var volume = await _api.CreateAsync(
            new PersistentVolume
            {
                Metadata = new() { Name = "v" },
                Spec = new()
                {
                    AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                    Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))),
                    HostPath = new() { Path = "/a" },
                },
            },
            Stop);
        Assert.Equal(volume.Metadata.CreationTimestamp, volume.Status.LastPhaseTransitionTime);
        _time.Advance(TimeSpan.FromSeconds(5));
        volume = await _api.UpdateStatusAsync(volume with { Status = volume.Status with { Message = "still" } }, Stop);
        Assert.Equal(volume.Metadata.CreationTimestamp, volume.Status.LastPhaseTransitionTime);
        volume = await _api.UpdateStatusAsync(volume with { Status = volume.Status with { Phase = PersistentVolumePhase.Available } }, Stop);
        Assert.Equal(volume.Metadata.CreationTimestamp!.Value.AddSeconds(5), volume.Status.LastPhaseTransitionTime);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task MakeNamespaceAsync() => await _api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, Stop);

    private ValueTask<PersistentVolumeClaim> ClaimAsync(string name, string? @class = null) => _api.CreateAsync(
        new PersistentVolumeClaim
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Spec = new()
            {
                StorageClassName = @class,
                AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) },
            },
        },
        Stop);

    private ValueTask<PersistentVolumeClaim> BindAsync(PersistentVolumeClaim claim) =>
        _api.UpdateStatusAsync(claim with { Status = claim.Status with { Phase = PersistentVolumeClaimPhase.Bound } }, Stop);

    /// <returns>Why not; empty if it may.</returns>
    private async Task<string> GrowAsync(PersistentVolumeClaim claim)
    {
        var larger = claim.Spec.Resources with { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("2Gi"))) };
        try
        {
            await _api.UpdateAsync(claim with { Spec = claim.Spec with { Resources = larger } }, Stop);
            return "";
        }
        catch (ApiException refused)
        {
            return $"{refused.Status.Message} {refused.Status.Reason}";
        }
    }

    private async Task ClassAsync(string name, bool isDefault, bool mayGrow) => await _api.CreateAsync(
        new StorageClass
        {
            Metadata = new() { Name = name, Annotations = isDefault ? ValueMap.Of((DefaultNote, "true")) : default },
            Provisioner = "example.com/p",
            AllowVolumeExpansion = mayGrow,
        },
        Stop);
}
