using Coppice.Objects.Resource;

namespace Coppice.Objects.Tests.Semantics;

public sealed class QuotaUsageTests
{
    private static readonly Kind Claims = BuiltInKinds.Of<ResourceClaim>();

    [Fact]
    public void A_claim_of_devices_takes_what_it_asks_for_of_each_class()
    {
        var claim = new ResourceClaim
        {
            Spec = new()
            {
                Devices = new()
                {
                    Requests =
                    [
                        new() { Name = "two", Exactly = new() { DeviceClassName = "gpu", AllocationMode = DeviceAllocationMode.ExactCount, Count = 2 } },
                        new() { Name = "all", Exactly = new() { DeviceClassName = "nic", AllocationMode = DeviceAllocationMode.All } },
                        new()
                        {
                            Name = "any",
                            FirstAvailable =
                            [
                                new() { Name = "a", DeviceClassName = "gpu", AllocationMode = DeviceAllocationMode.ExactCount, Count = 3 },
                                new() { Name = "b", DeviceClassName = "gpu", AllocationMode = DeviceAllocationMode.ExactCount, Count = 1 },
                                new() { Name = "c", DeviceClassName = "tpu", AllocationMode = DeviceAllocationMode.ExactCount, Count = 1 },
                            ],
                        },
                    ],
                },
            },
        };
        var usage = QuotaUsage.Of(Claims, claim, default);
        Assert.Equal(
            ["count/resourceclaims.resource.k8s.io=1", "gpu.deviceclass.resource.k8s.io/devices=5", "nic.deviceclass.resource.k8s.io/devices=32", "tpu.deviceclass.resource.k8s.io/devices=1"],
            usage.Select(one => $"{one.Key}={one.Value}"));
        Assert.All(usage, one => Assert.True(QuotaUsage.IsOf(Claims, one.Key)));
        Assert.False(QuotaUsage.IsOf(Claims, "pods"));
    }
}
