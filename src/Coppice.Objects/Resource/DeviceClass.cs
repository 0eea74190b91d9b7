using System.Text.Json.Serialization;

namespace Coppice.Objects.Resource;

/// <summary>A sort of devices that claims ask for by name.</summary>
public sealed partial record DeviceClass : KubernetesObject
{
    /// <summary>Which devices belong to it, and how they are set up.</summary>
    [Field(2, Required = true)]
    public DeviceClassSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>Which devices belong to a class, and how they are set up.</summary>
public sealed partial record DeviceClassSpec
{
    /// <summary>What all must be true of a device; any device, if there is none.</summary>
    [Field(1)]
    public ValueList<DeviceSelector> Selectors { get; init; }

    /// <summary>How the drivers are to set up what is allocated of it.</summary>
    [Field(2)]
    public ValueList<DeviceClassConfiguration> Config { get; init; }

    /// <summary>The resource by which pods may ask for its devices without a claim.</summary>
    [Field(4, Pointer = true)]
    public string? ExtendedResourceName { get; init; }
}

/// <summary>How a driver is to set up devices of a class.</summary>
public sealed partial record DeviceClassConfiguration
{
    /// <summary>In the driver's own words.</summary>
    [Field(1, Within = 1)]
    public OpaqueDeviceConfiguration? Opaque { get; init; }
}

/// <summary>What must be true of a device.</summary>
public sealed partial record DeviceSelector
{
    /// <summary>As an expression.</summary>
    [Field(1)]
    public CELDeviceSelector? Cel { get; init; }
}

/// <summary>What must be true of a device, as an expression.</summary>
public sealed partial record CELDeviceSelector
{
    /// <summary>Of the variable "device"; it must come to a Boolean.</summary>
    [Field(1, Required = true)]
    public string Expression { get; init => field = value ?? ""; } = "";
}
