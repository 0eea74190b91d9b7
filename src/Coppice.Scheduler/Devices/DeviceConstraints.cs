using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.Scheduler;

/// <summary>What keeps devices from claims, beside the expressions.</summary>
internal static class DeviceConstraints
{
    /// <summary>It is offered to such claims at all, and has as much as is asked for.</summary>
    public static bool CanBeUsed(OfferedDevice device, DeviceDemand demand) =>
        device.Device.Taints.All(taint => taint.Effect == DeviceTaintEffect.None || demand.Tolerations.Any(toleration => toleration.Tolerates(taint)))
        && ConsumedCapacity.Of(device, demand.Capacity) is not null;

    /// <summary>The device can be chosen beside those that the claim has already.</summary>
    public static bool Allow(DeviceConstraint constraint, DeviceDemand demand, OfferedDevice device, List<ChosenDevice> chosen)
    {
        var name = constraint.MatchAttribute ?? constraint.DistinctAttribute;
        if (name is null || !demand.IsNamedBy(constraint.Requests))
        {
            return true;
        }

        if (device.Attribute(name) is not { } attribute)
        {
            return false;
        }

        var others = chosen.Where(one => one.Demand.IsNamedBy(constraint.Requests)).Select(one => one.Device.Attribute(name));
        return constraint.MatchAttribute is not null ? others.All(other => other == attribute) : others.All(other => other != attribute);
    }
}
