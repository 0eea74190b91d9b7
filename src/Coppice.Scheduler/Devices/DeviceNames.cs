using Coppice.Objects.Resource;

namespace Coppice.Scheduler;

/// <summary>What a pool of devices is known by in the cluster.</summary>
internal readonly record struct PoolName(string Driver, string Pool)
{
    public static PoolName Of(ResourceSlice slice) => new(slice.Spec.Driver, slice.Spec.Pool.Name);
}

/// <summary>What a device is known by in the cluster.</summary>
internal readonly record struct DeviceName(string Driver, string Pool, string Device);
