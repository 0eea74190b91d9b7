using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.Controllers.DeviceTaints;

/// <summary>Which taints of devices drive their users away, and when.</summary>
internal static class DeviceTaintPlanner
{
    /// <param name="slices">What tells of the devices' pools.</param>
    /// <returns>When the users of what was allocated have to go; null if they may stay for ever.</returns>
    public static DateTimeOffset? Deadline(AllocationResult allocation, Func<DeviceRequestAllocationResult, IEnumerable<ResourceSlice>> slices, DateTimeOffset now)
    {
        DateTimeOffset? earliest = null;
        foreach (var result in allocation.Devices.Results)
        {
            foreach (var taint in Newest(slices(result)).Where(device => device.Name == result.Device).SelectMany(device => device.Taints))
            {
                var due = Deadline(taint, result.Tolerations, now);
                earliest = due is null || earliest < due ? earliest : due;
            }
        }

        return earliest;
    }

    private static DateTimeOffset? Deadline(DeviceTaint taint, ValueList<DeviceToleration> tolerations, DateTimeOffset now)
    {
        var matching = tolerations.Where(one => one.Tolerates(taint)).ToList();
        // What was added in the future was added before the clock was set back.
        return taint.Effect != DeviceTaintEffect.NoExecute ? null
            : matching.Count == 0 ? (taint.TimeAdded < now ? taint.TimeAdded : now)
            : matching.Min(one => one.TolerationSeconds) is { } seconds ? (taint.TimeAdded ?? now).After(Spans.Seconds(Math.Max(seconds, 0)))
            : null;
    }

    private static IEnumerable<Device> Newest(IEnumerable<ResourceSlice> slices) =>
        slices.GroupBy(slice => slice.Spec.Pool.Generation).MaxBy(generation => generation.Key)?.SelectMany(slice => slice.Spec.Devices) ?? [];
}
