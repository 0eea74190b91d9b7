using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;

namespace Coppice.Scheduler;

/// <summary>A device that a driver has to give.</summary>
/// <param name="Slice">That told of it, and says where it can be used unless the device itself does.</param>
internal sealed record OfferedDevice(DeviceName Name, Device Device, ResourceSlice Slice, DevicePool Pool)
{
    /// <summary>The one node where it can be used; null if others can use it too.</summary>
    public string? NodeName => PerDevice ? Device.NodeName : Slice.Spec.NodeName;

    /// <summary>The nodes where it can be used; null if the name says it, or if all can.</summary>
    public NodeSelector? Selector => PerDevice ? Device.NodeSelector : Slice.Spec.NodeSelector;

    /// <summary>Several claims may have a part of it each.</summary>
    public bool IsShared => Device.AllowMultipleAllocations == true;

    private bool PerDevice => Slice.Spec.PerDeviceNodeSelection == true;

    private bool IsEverywhere => (PerDevice ? Device.AllNodes : Slice.Spec.AllNodes) == true;

    public bool IsOn(Node node) =>
        NodeName is { } name ? name == node.Metadata.Name : IsEverywhere || (Selector is { } selector && NodeSelectors.Allows(default, selector, node));

    /// <summary>Under its whole name, or under its short one where that is the driver's own.</summary>
    public DeviceAttribute? Attribute(string qualified)
    {
        if (Device.Attributes.TryGetValue(qualified, out var found))
        {
            return found;
        }

        var slash = qualified.IndexOf('/');
        return slash > 0 && qualified.AsSpan(0, slash).SequenceEqual(Name.Driver) && Device.Attributes.TryGetValue(qualified[(slash + 1)..], out var own) ? own : null;
    }
}

/// <summary>
/// The devices of a pool as its newest generation tells of them. A pool is used only when all of its slices are there: while a driver
/// writes them anew, a device may be in two of them, or in none.
/// </summary>
internal sealed class DevicePool
{
    private readonly ILookup<string, ValueMap<Counter>> _counters;

    public DevicePool(PoolName name, IEnumerable<ResourceSlice> slices)
    {
        Name = name;
        var all = slices.ToList();
        var newest = all.Max(slice => slice.Spec.Pool.Generation);
        var current = all.Where(slice => slice.Spec.Pool.Generation == newest).OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToList();
        Devices = [.. current.SelectMany(slice => slice.Spec.Devices.Select(device => new OfferedDevice(new(name.Driver, name.Pool, device.Name), device, slice, this)))];
        _counters = current.SelectMany(slice => slice.Spec.SharedCounters).ToLookup(set => set.Name, set => set.Counters, StringComparer.Ordinal);
        IsComplete = current.Count == current[0].Spec.Pool.ResourceSliceCount && Devices.DistinctBy(device => device.Name).Count() == Devices.Count;
        Node = current[0].Spec.NodeName is { } node && current.TrueForAll(slice => slice.Spec.NodeName == node) ? node : null;
    }

    public PoolName Name { get; }

    public IReadOnlyList<OfferedDevice> Devices { get; }

    /// <summary>All of it is known, and no device twice.</summary>
    public bool IsComplete { get; }

    /// <summary>Some of its devices have to be made ready before a pod can use them: others are better.</summary>
    public bool MakesWait => Devices.Any(device => !device.Device.BindingConditions.IsEmpty);

    /// <summary>Whether there is enough for a device of what it shares with other devices of the pool.</summary>
    /// <param name="others">Those of the pool that somebody has, or is to have.</param>
    public bool HasEnough(OfferedDevice device, IReadOnlyCollection<OfferedDevice> others) => device.Device.ConsumesCounters.All(wanted => wanted.Counters.All(counter =>
        _counters[wanted.CounterSet].Any(set => set.TryGetValue(counter.Key, out var all)
            && others.Append(device).Aggregate(default(Quantity), (sum, one) => sum + Taken(one, wanted.CounterSet, counter.Key)) <= all.Value)));

    private static Quantity Taken(OfferedDevice device, string set, string counter) => device.Device.ConsumesCounters
        .Where(one => one.CounterSet == set)
        .Aggregate(default(Quantity), (sum, one) => one.Counters.TryGetValue(counter, out var taken) ? sum + taken.Value : sum);

    /// <summary>The one node where all of it is; null if other nodes may have a part in it.</summary>
    public string? Node { get; }
}
