using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects.Resource;

/// <summary>What was allocated for a claim.</summary>
public sealed partial record AllocationResult
{
    /// <summary>The devices.</summary>
    [Field(1)]
    public DeviceAllocationResult Devices { get; init => field = value ?? new(); } = new();

    /// <summary>The nodes where they can be used; all, if absent.</summary>
    [Field(3)]
    public NodeSelector? NodeSelector { get; init; }

    /// <summary>When.</summary>
    [Field(5, Pointer = true)]
    public DateTimeOffset? AllocationTimestamp { get; init; }
}

/// <summary>The devices that were allocated.</summary>
public sealed partial record DeviceAllocationResult
{
    /// <summary>One for each device.</summary>
    [Field(1)]
    public ValueList<DeviceRequestAllocationResult> Results { get; init; }

    /// <summary>How they are to be set up, by class and claim together.</summary>
    [Field(2)]
    public ValueList<DeviceAllocationConfiguration> Config { get; init; }
}

/// <summary>A device that was allocated.</summary>
public sealed partial record DeviceRequestAllocationResult
{
    /// <summary>For which request, or which choice of it.</summary>
    [Field(1, Required = true)]
    public string Request { get; init => field = value ?? ""; } = "";

    /// <summary>Whose device it is.</summary>
    [Field(2, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>The pool that it is of.</summary>
    [Field(3, Required = true)]
    public string Pool { get; init => field = value ?? ""; } = "";

    /// <summary>Its name there.</summary>
    [Field(4, Required = true)]
    public string Device { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it is for looking after it alone.</summary>
    [Field(5)]
    public bool? AdminAccess { get; init; }

    /// <summary>Which of its taints did not matter.</summary>
    [Field(6)]
    public ValueList<DeviceToleration> Tolerations { get; init; }

    /// <summary>What must be true before the pod is bound.</summary>
    [Field(7)]
    public ValueList<string> BindingConditions { get; init; }

    /// <summary>What tells that this will never be.</summary>
    [Field(8)]
    public ValueList<string> BindingFailureConditions { get; init; }

    /// <summary>Which share of it, where several have one each.</summary>
    [Field(9, Pointer = true)]
    [JsonPropertyName("shareID")]
    public string? ShareID { get; init; }

    /// <summary>How much of it.</summary>
    [Field(10)]
    public ValueMap<Quantity> ConsumedCapacity { get; init; }
}

/// <summary>How a driver is to set up what was allocated.</summary>
public sealed partial record DeviceAllocationConfiguration
{
    /// <summary>Who says so: FromClass or FromClaim.</summary>
    [Field(1, Required = true)]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>For which requests; for all, if there is none.</summary>
    [Field(2)]
    public ValueList<string> Requests { get; init; }

    /// <summary>In the driver's own words.</summary>
    [Field(1, Within = 3)]
    public OpaqueDeviceConfiguration? Opaque { get; init; }
}

/// <summary>What a driver says of a device that was allocated.</summary>
public sealed partial record AllocatedDeviceStatus
{
    /// <summary>Whose device it is.</summary>
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>The pool that it is of.</summary>
    [Field(2, Required = true)]
    public string Pool { get; init => field = value ?? ""; } = "";

    /// <summary>Its name there.</summary>
    [Field(3, Required = true)]
    public string Device { get; init => field = value ?? ""; } = "";

    /// <summary>Which share of it.</summary>
    [Field(7, Pointer = true)]
    [JsonPropertyName("shareID")]
    public string? ShareID { get; init; }

    /// <summary>What can be said of it.</summary>
    [Field(4, List = ListType.Map, ListKeys = "type")]
    public ValueList<Condition> Conditions { get; init; }

    /// <summary>What else the driver has to say.</summary>
    [Field(5, Pointer = true)]
    public JsonElement? Data { get; init; }

    /// <summary>For a device that is a network interface.</summary>
    [Field(6)]
    public NetworkDeviceData? NetworkData { get; init; }

    public bool Equals(AllocatedDeviceStatus? other) =>
        other is not null
        && (Driver, Pool, Device, ShareID, Conditions, NetworkData) == (other.Driver, other.Pool, other.Device, other.ShareID, other.Conditions, other.NetworkData)
        && (Data is { } mine && other.Data is { } others ? JsonElement.DeepEquals(mine, others) : Data is null && other.Data is null);

    public override int GetHashCode() => HashCode.Combine(Driver, Pool, Device, ShareID);
}

/// <summary>A network interface.</summary>
public sealed partial record NetworkDeviceData
{
    /// <summary>Its name in the pod.</summary>
    [Field(1)]
    public string? InterfaceName { get; init; }

    /// <summary>Its addresses, with the lengths of their networks.</summary>
    [Field(2)]
    public ValueList<string> Ips { get; init; }

    /// <summary>Its own address.</summary>
    [Field(3)]
    public string? HardwareAddress { get; init; }
}
