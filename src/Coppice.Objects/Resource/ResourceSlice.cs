using Coppice.Objects.Core;
using System.Text.Json.Serialization;

namespace Coppice.Objects.Resource;

/// <summary>Some of the devices that a driver has to give.</summary>
public sealed partial record ResourceSlice : KubernetesObject
{
    /// <summary>The devices, and where they are.</summary>
    [Field(2, Required = true)]
    public ResourceSliceSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>The devices of a slice, and where they are: exactly one of the fields for that is set.</summary>
public sealed partial record ResourceSliceSpec
{
    /// <summary>Whose devices they are; cannot be changed.</summary>
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>The pool that they are of.</summary>
    [Field(2, Required = true)]
    public ResourcePool Pool { get; init => field = value ?? new(); } = new();

    /// <summary>The one node where they are; cannot be changed.</summary>
    [Field(3, Pointer = true)]
    public string? NodeName { get; init; }

    /// <summary>The nodes where they can be used.</summary>
    [Field(4)]
    public NodeSelector? NodeSelector { get; init; }

    /// <summary>That they can be used everywhere.</summary>
    [Field(5)]
    public bool? AllNodes { get; init; }

    /// <summary>The devices; at most 128.</summary>
    [Field(6)]
    public ValueList<Device> Devices { get; init; }

    /// <summary>That each device says where it is.</summary>
    [Field(7)]
    public bool? PerDeviceNodeSelection { get; init; }

    /// <summary>What several devices take from together.</summary>
    [Field(8)]
    public ValueList<CounterSet> SharedCounters { get; init; }
}

/// <summary>All the devices that a driver has in one place, in one or several slices.</summary>
public sealed partial record ResourcePool
{
    /// <summary>Its name, which is often that of a node.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Grows when its slices change; only those of the highest count.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Generation { get; init; }

    /// <summary>How many slices it has in this generation.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long ResourceSliceCount { get; init; }
}

/// <summary>A device.</summary>
public sealed partial record Device
{
    /// <summary>Its name in its pool.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it is like, by qualified names.</summary>
    [Field(2)]
    public ValueMap<DeviceAttribute> Attributes { get; init; }

    /// <summary>What it has, by qualified names.</summary>
    [Field(3)]
    public ValueMap<DeviceCapacity> Capacity { get; init; }

    /// <summary>What it takes of what several devices share.</summary>
    [Field(4)]
    public ValueList<DeviceCounterConsumption> ConsumesCounters { get; init; }

    /// <summary>The one node where it is.</summary>
    [Field(5, Pointer = true)]
    public string? NodeName { get; init; }

    /// <summary>The nodes where it can be used.</summary>
    [Field(6)]
    public NodeSelector? NodeSelector { get; init; }

    /// <summary>That it can be used everywhere.</summary>
    [Field(7)]
    public bool? AllNodes { get; init; }

    /// <summary>What keeps claims from it that do not tolerate it.</summary>
    [Field(8)]
    public ValueList<DeviceTaint> Taints { get; init; }

    /// <summary>That what is allocated of it is bound to the node of its pod.</summary>
    [Field(9)]
    public bool? BindsToNode { get; init; }

    /// <summary>What must be true before a pod is bound.</summary>
    [Field(10)]
    public ValueList<string> BindingConditions { get; init; }

    /// <summary>What tells that this will never be.</summary>
    [Field(11)]
    public ValueList<string> BindingFailureConditions { get; init; }

    /// <summary>That several claims may have a share of it each.</summary>
    [Field(12)]
    public bool? AllowMultipleAllocations { get; init; }

    /// <summary>What it is of the node's own resources.</summary>
    [Field(13)]
    public ValueMap<NodeAllocatableResourceMapping> NodeAllocatableResourceMappings { get; init; }
}

/// <summary>What a device is of a resource of its node.</summary>
public sealed partial record NodeAllocatableResourceMapping
{
    /// <summary>The capacity that says how much.</summary>
    [Field(1, Pointer = true)]
    public string? CapacityKey { get; init; }

    /// <summary>By what that is multiplied.</summary>
    [Field(2)]
    public Quantity? AllocationMultiplier { get; init; }
}

/// <summary>What a device takes of what several share.</summary>
public sealed partial record DeviceCounterConsumption
{
    /// <summary>The set of counters.</summary>
    [Field(1, Required = true)]
    public string CounterSet { get; init => field = value ?? ""; } = "";

    /// <summary>How much of each.</summary>
    [Field(2, Required = true)]
    public ValueMap<Counter> Counters { get; init; }
}

/// <summary>What several devices take from together.</summary>
public sealed partial record CounterSet
{
    /// <summary>By which devices mean it.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>How much there is of each.</summary>
    [Field(2, Required = true)]
    public ValueMap<Counter> Counters { get; init; }
}

/// <summary>An amount.</summary>
public sealed partial record Counter
{
    /// <summary>How much.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity Value { get; init; }
}

/// <summary>What a device has of something.</summary>
public sealed partial record DeviceCapacity
{
    /// <summary>How much.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Quantity Value { get; init; }

    /// <summary>How much a claim may take, of a device that may be shared.</summary>
    [Field(2)]
    public CapacityRequestPolicy? RequestPolicy { get; init; }
}

/// <summary>How much of a capacity a claim may take.</summary>
public sealed partial record CapacityRequestPolicy
{
    /// <summary>How much it is that does not say.</summary>
    [Field(1)]
    public Quantity? Default { get; init; }

    /// <summary>The amounts that may be asked for, in ascending order.</summary>
    [Field(3)]
    public ValueList<Quantity> ValidValues { get; init; }

    /// <summary>The bounds of what may be asked for.</summary>
    [Field(4)]
    public CapacityRequestPolicyRange? ValidRange { get; init; }
}

/// <summary>The bounds of what may be asked for of a capacity.</summary>
public sealed partial record CapacityRequestPolicyRange
{
    /// <summary>The least.</summary>
    [Field(1)]
    public Quantity? Min { get; init; }

    /// <summary>The most.</summary>
    [Field(2)]
    public Quantity? Max { get; init; }

    /// <summary>By how much amounts differ.</summary>
    [Field(3)]
    public Quantity? Step { get; init; }
}

/// <summary>What a device is like in one respect: exactly one of the fields is set.</summary>
public sealed partial record DeviceAttribute
{
    /// <summary>A number.</summary>
    [Field(2)]
    public long? Int { get; init; }

    /// <summary>Whether something is so.</summary>
    [Field(3)]
    public bool? Bool { get; init; }

    /// <summary>A text.</summary>
    [Field(4, Pointer = true)]
    public string? String { get; init; }

    /// <summary>A version, as semver.org has them.</summary>
    [Field(5, Pointer = true)]
    public string? Version { get; init; }

    /// <summary>Numbers.</summary>
    [Field(6)]
    public ValueList<long> Ints { get; init; }

    /// <summary>Whether something is so, several times.</summary>
    [Field(7)]
    public ValueList<bool> Bools { get; init; }

    /// <summary>Texts.</summary>
    [Field(8)]
    public ValueList<string> Strings { get; init; }

    /// <summary>Versions.</summary>
    [Field(9)]
    public ValueList<string> Versions { get; init; }
}

/// <summary>What keeps claims from a device that do not tolerate it.</summary>
public sealed partial record DeviceTaint
{
    /// <summary>What it is about.</summary>
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>What of that.</summary>
    [Field(2)]
    public string? Value { get; init; }

    /// <summary>NoSchedule, NoExecute or None.</summary>
    [Field(3, Required = true)]
    public string Effect { get; init => field = value ?? ""; } = "";

    /// <summary>Since when.</summary>
    [Field(4, Pointer = true)]
    public DateTimeOffset? TimeAdded { get; init; }
}
