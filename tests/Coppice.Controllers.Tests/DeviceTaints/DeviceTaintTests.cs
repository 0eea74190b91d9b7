using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.Tests.DeviceTaints;

public sealed class DeviceTaintTests : IDisposable
{
    private readonly ControlPlane _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Who_uses_a_device_goes_when_it_gets_a_taint_that_is_not_tolerated()
    {
        Use();
        Taint(DeviceTaintEffect.NoSchedule);
        Assert.Null(Pod.Metadata.DeletionTimestamp);

        Taint(DeviceTaintEffect.NoExecute);
        Assert.NotNull(Pod.Metadata.DeletionTimestamp);
        var condition = Assert.Single(Pod.Status.Conditions, one => one.Type == PodConditionType.DisruptionTarget);
        Assert.Equal(("True", "DeletionByDeviceTaintManager", "Device Taint manager: deleting due to NoExecute taint"), (condition.Status, condition.Reason, condition.Message));
        Assert.Contains("DeviceTaintManagerEviction Marking for deletion", _world.Events);
    }

    [Fact]
    public void Who_tolerates_a_taint_stays_as_long_as_it_says()
    {
        Use(new DeviceToleration { Key = "broken", Operator = DeviceTolerationOperator.Exists, TolerationSeconds = 60 });
        Taint(DeviceTaintEffect.NoExecute);
        _world.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(Pod.Metadata.DeletionTimestamp);

        _world.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(Pod.Metadata.DeletionTimestamp);
    }

    [Fact]
    public void Who_tolerates_it_for_ever_stays()
    {
        Use(new DeviceToleration { Operator = DeviceTolerationOperator.Exists });
        Taint(DeviceTaintEffect.NoExecute);
        _world.Advance(TimeSpan.FromDays(1));
        Assert.Null(Pod.Metadata.DeletionTimestamp);
    }

    [Fact]
    public void Who_was_driven_away_is_counted_with_how_late_it_was()
    {
        Assert.Contains("\ndevice_taint_eviction_controller_pod_deletions_total 0\n", _world.Figures());
        Use(new DeviceToleration { Key = "broken", Operator = DeviceTolerationOperator.Exists, TolerationSeconds = 60 });
        Taint(DeviceTaintEffect.NoExecute);
        _world.Advance(TimeSpan.FromSeconds(60));
        Assert.Contains("\ndevice_taint_eviction_controller_pod_deletions_total 1\n", _world.Figures());
        Assert.Contains("\ndevice_taint_eviction_controller_pod_deletion_duration_seconds_bucket{le=\"1\"} 1\n", _world.Figures());
        Assert.Contains("\ndevice_taint_eviction_controller_pod_deletion_duration_seconds_count 1\n", _world.Figures());
    }

    private Pod Pod => _world.Api.Get<Pod>("web");

    private void Use(params DeviceToleration[] tolerations)
    {
        _world.Create(Slice([]));
        var pod = _world.Create(new Pod
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = new() { NodeName = "n1", Containers = [new() { Name = "c", Image = "i" }], ResourceClaims = [new() { Name = "gpu", ResourceClaimName = "claim" }] },
        });
        var claim = new ResourceClaim
        {
            Metadata = new() { Name = "claim", Namespace = "default", Finalizers = [DeviceClaims.Finalizer] },
            Spec = new() { Devices = new() { Requests = [new() { Name = "one", Exactly = new() { DeviceClassName = "gpus" } }] } },
            Status = new()
            {
                Allocation = new() { Devices = new() { Results = [new() { Request = "one", Driver = "gpu.example.com", Pool = "n1", Device = "gpu-0", Tolerations = [.. tolerations] }] } },
            },
        };
        _world.Create(DeviceClaims.ReservedFor(pod, claim));
    }

    private void Taint(string effect) =>
        _world.Change<ResourceSlice>("slice", slice => slice with { Spec = Slice([new() { Key = "broken", Effect = effect, TimeAdded = _world.Time.GetUtcNow() }]).Spec }, ns: "");

    private static ResourceSlice Slice(ValueList<DeviceTaint> taints) => new()
    {
        Metadata = new() { Name = "slice" },
        Spec = new() { Driver = "gpu.example.com", NodeName = "n1", Pool = new() { Name = "n1", ResourceSliceCount = 1 }, Devices = [new() { Name = "gpu-0", Taints = taints }] },
    };
}
