using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>Whether the devices of a claim are ready for the pods that are to use them, where somebody has to make them so first.</summary>
internal static class BindingConditions
{
    /// <summary>Some of its devices have to be made ready.</summary>
    public static bool Has(ResourceClaim claim) => Results(claim).Any();

    public static bool AreMet(ResourceClaim claim) => Results(claim).All(result => result.BindingConditions.All(type => Find(claim, result, type) is not null));

    /// <summary>Why they will never be, in Kubernetes' words; null as long as they may.</summary>
    public static string? Failure(ResourceClaim claim)
    {
        var failed = Results(claim)
            .SelectMany(result => result.BindingFailureConditions.Select(type => Find(claim, result, type)))
            .FirstOrDefault(condition => condition is not null);
        return failed is null ? null : $"claim {claim.Metadata.Name} binding failed: reason={failed.Reason}, message=\"{failed.Message}\"";
    }

    private static IEnumerable<DeviceRequestAllocationResult> Results(ResourceClaim claim) =>
        (claim.Status.Allocation?.Devices.Results ?? default).Where(result => !result.BindingConditions.IsEmpty);

    /// <summary>The condition, if it is true of the device.</summary>
    private static Condition? Find(ResourceClaim claim, DeviceRequestAllocationResult result, string type) => claim.Status.Devices
        .FirstOrDefault(device => (device.Driver, device.Pool, device.Device) == (result.Driver, result.Pool, result.Device))
        ?.Conditions.FirstOrDefault(condition => condition.Type == type && condition.Status == ConditionStatus.True);
}
