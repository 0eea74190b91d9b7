namespace Coppice.Objects.Resource;

/// <summary>The values of DeviceAllocationMode.</summary>
public static class DeviceAllocationMode
{
    public const string All = "All";
    public const string ExactCount = "ExactCount";
}

/// <summary>The values of DeviceTolerationOperator.</summary>
public static class DeviceTolerationOperator
{
    public const string Equal = "Equal";
    public const string Exists = "Exists";
}

/// <summary>The values of DeviceTaintEffect.</summary>
public static class DeviceTaintEffect
{
    public const string NoExecute = "NoExecute";
    public const string NoSchedule = "NoSchedule";
    public const string None = "None";
}

/// <summary>The values of AllocationConfigSource.</summary>
public static class AllocationConfigSource
{
    public const string FromClaim = "FromClaim";
    public const string FromClass = "FromClass";
}
