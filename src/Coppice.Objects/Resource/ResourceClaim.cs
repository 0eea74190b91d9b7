using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects.Resource;

/// <summary>What somebody asks for of the cluster's devices.</summary>
public sealed partial record ResourceClaim : KubernetesObject
{
    /// <summary>What is asked for; cannot be changed.</summary>
    [Field(2, Required = true)]
    public ResourceClaimSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What was allocated, and who uses it.</summary>
    [Field(3)]
    public ResourceClaimStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a claim asks for.</summary>
public sealed partial record ResourceClaimSpec
{
    /// <summary>The devices.</summary>
    [Field(1)]
    public DeviceClaim Devices { get; init => field = value ?? new(); } = new();
}

/// <summary>The devices that a claim asks for.</summary>
public sealed partial record DeviceClaim
{
    /// <summary>Each is for one or several devices of a sort.</summary>
    [Field(1)]
    public ValueList<DeviceRequest> Requests { get; init; }

    /// <summary>What must be true of several devices together.</summary>
    [Field(2)]
    public ValueList<DeviceConstraint> Constraints { get; init; }

    /// <summary>How the drivers are to set up what is allocated.</summary>
    [Field(3)]
    public ValueList<DeviceClaimConfiguration> Config { get; init; }
}

/// <summary>A request for devices: for exactly these, or for the first of several choices that there is.</summary>
public sealed partial record DeviceRequest
{
    /// <summary>By which the rest of the claim, and pods, mean it.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The one thing that is asked for.</summary>
    [Field(2)]
    public ExactDeviceRequest? Exactly { get; init; }

    /// <summary>Choices, the best one first.</summary>
    [Field(3)]
    public ValueList<DeviceSubRequest> FirstAvailable { get; init; }
}

/// <summary>A request for devices of a class.</summary>
public sealed partial record ExactDeviceRequest
{
    /// <summary>The class.</summary>
    [Field(1, Required = true)]
    public string DeviceClassName { get; init => field = value ?? ""; } = "";

    /// <summary>What must be true of a device besides.</summary>
    [Field(2)]
    public ValueList<DeviceSelector> Selectors { get; init; }

    /// <summary>ExactCount, for so many as count says (the default), or All that fit.</summary>
    [Field(3)]
    public string? AllocationMode { get; init; }

    /// <summary>How many; 1 if absent.</summary>
    [Field(4)]
    public long Count { get; init; }

    /// <summary>Whether it is for looking after devices that others use.</summary>
    [Field(5)]
    public bool? AdminAccess { get; init; }

    /// <summary>Which taints of devices do not matter.</summary>
    [Field(6)]
    public ValueList<DeviceToleration> Tolerations { get; init; }

    /// <summary>How much it needs of each device.</summary>
    [Field(7)]
    public CapacityRequirements? Capacity { get; init; }
}

/// <summary>One of the choices of a request.</summary>
public sealed partial record DeviceSubRequest
{
    /// <summary>By which it is meant, after its request's name and a slash.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The class.</summary>
    [Field(2, Required = true)]
    public string DeviceClassName { get; init => field = value ?? ""; } = "";

    /// <summary>What must be true of a device besides.</summary>
    [Field(3)]
    public ValueList<DeviceSelector> Selectors { get; init; }

    /// <summary>ExactCount, for so many as count says (the default), or All that fit.</summary>
    [Field(4)]
    public string? AllocationMode { get; init; }

    /// <summary>How many; 1 if absent.</summary>
    [Field(5)]
    public long Count { get; init; }

    /// <summary>Which taints of devices do not matter.</summary>
    [Field(6)]
    public ValueList<DeviceToleration> Tolerations { get; init; }

    /// <summary>How much it needs of each device.</summary>
    [Field(7)]
    public CapacityRequirements? Capacity { get; init; }
}

/// <summary>How much is needed of a device.</summary>
public sealed partial record CapacityRequirements
{
    /// <summary>By the names of its capacities.</summary>
    [Field(1)]
    public ValueMap<Quantity> Requests { get; init; }
}

/// <summary>What must be true of several devices together.</summary>
public sealed partial record DeviceConstraint
{
    /// <summary>Of which requests; of all, if there is none.</summary>
    [Field(1)]
    public ValueList<string> Requests { get; init; }

    /// <summary>The attribute that must be the same for all.</summary>
    [Field(2, Pointer = true)]
    public string? MatchAttribute { get; init; }

    /// <summary>The attribute that must be another for each.</summary>
    [Field(3, Pointer = true)]
    public string? DistinctAttribute { get; init; }
}

/// <summary>How a driver is to set up what is allocated for a claim.</summary>
public sealed partial record DeviceClaimConfiguration
{
    /// <summary>For which requests; for all, if there is none.</summary>
    [Field(1)]
    public ValueList<string> Requests { get; init; }

    /// <summary>In the driver's own words.</summary>
    [Field(1, Within = 2)]
    public OpaqueDeviceConfiguration? Opaque { get; init; }
}

/// <summary>A taint of devices that does not matter.</summary>
public sealed partial record DeviceToleration
{
    /// <summary>Its key; any, if absent.</summary>
    [Field(1)]
    public string? Key { get; init; }

    /// <summary>Equal, for this value alone, or Exists, for any.</summary>
    [Field(2, Default = "\"Equal\"")]
    public string? Operator { get; init; }

    /// <summary>Its value.</summary>
    [Field(3)]
    public string? Value { get; init; }

    /// <summary>Its effect; any, if absent.</summary>
    [Field(4)]
    public string? Effect { get; init; }

    /// <summary>For how long it does not matter; for ever, if absent.</summary>
    [Field(5)]
    public long? TolerationSeconds { get; init; }
}

/// <summary>What was allocated for a claim, and who uses it.</summary>
public sealed partial record ResourceClaimStatus
{
    /// <summary>What was allocated; absent until then.</summary>
    [Field(1)]
    public AllocationResult? Allocation { get; init; }

    /// <summary>Who may use it just now.</summary>
    [Field(2, MergeKey = "uid", List = ListType.Map, ListKeys = "uid")]
    public ValueList<ResourceClaimConsumerReference> ReservedFor { get; init; }

    /// <summary>What the drivers say of each device.</summary>
    [Field(4, List = ListType.Map, ListKeys = "driver,device,pool,shareID")]
    public ValueList<AllocatedDeviceStatus> Devices { get; init; }
}

/// <summary>Somebody who may use what was allocated.</summary>
public sealed partial record ResourceClaimConsumerReference
{
    /// <summary>The group; absent for the core group.</summary>
    [Field(1)]
    public string? ApiGroup { get; init; }

    /// <summary>The resource, such as pods.</summary>
    [Field(3, Required = true)]
    public string Resource { get; init => field = value ?? ""; } = "";

    /// <summary>The name.</summary>
    [Field(4, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Which one of that name.</summary>
    [Field(5, Required = true)]
    public string Uid { get; init => field = value ?? ""; } = "";
}
