using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record NodeStatus
{
    [Field(1)]
    public ValueMap<Quantity> Capacity { get; init; }

    [Field(2)]
    public ValueMap<Quantity> Allocatable { get; init; }

    [Field(3)]
    public string? Phase { get; init; }

    [Field(4, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<NodeCondition> Conditions { get; init; }

    [Field(5, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<NodeAddress> Addresses { get; init; }

    [Field(6)]
    public NodeDaemonEndpoints DaemonEndpoints { get; init => field = value ?? new(); } = new();

    [Field(7)]
    public NodeSystemInfo NodeInfo { get; init => field = value ?? new(); } = new();

    [Field(8)]
    public ValueList<ContainerImage> Images { get; init; }

    [Field(9)]
    public ValueList<string> VolumesInUse { get; init; }

    [Field(10)]
    public ValueList<AttachedVolume> VolumesAttached { get; init; }

    [Field(11)]
    public NodeConfigStatus? Config { get; init; }

    [Field(12)]
    public ValueList<NodeRuntimeHandler> RuntimeHandlers { get; init; }

    [Field(13)]
    public NodeFeatures? Features { get; init; }

    [Field(14)]
    public ValueList<string> DeclaredFeatures { get; init; }
}

/// <summary>The values of NodePhase.</summary>
public static class NodePhase
{
    public const string Pending = "Pending";
    public const string Running = "Running";
    public const string Terminated = "Terminated";
}

public sealed record NodeCondition
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public DateTimeOffset? LastHeartbeatTime { get; init; }

    [Field(4)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Field(5)]
    public string? Reason { get; init; }

    [Field(6)]
    public string? Message { get; init; }
}

/// <summary>The values of NodeConditionType.</summary>
public static class NodeConditionType
{
    public const string Ready = "Ready";
    public const string MemoryPressure = "MemoryPressure";
    public const string DiskPressure = "DiskPressure";
    public const string PIDPressure = "PIDPressure";
    public const string NetworkUnavailable = "NetworkUnavailable";
}

public sealed record NodeAddress
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Address { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of NodeAddressType.</summary>
public static class NodeAddressType
{
    public const string Hostname = "Hostname";
    public const string InternalIP = "InternalIP";
    public const string ExternalIP = "ExternalIP";
    public const string InternalDNS = "InternalDNS";
    public const string ExternalDNS = "ExternalDNS";
}

public sealed record NodeDaemonEndpoints
{
    [Field(1)]
    public DaemonEndpoint KubeletEndpoint { get; init => field = value ?? new(); } = new();
}

public sealed record DaemonEndpoint
{
    [Field(1, Required = true)]
    [JsonPropertyName("Port")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }
}

public sealed record NodeSystemInfo
{
    [Field(1, Required = true)]
    public string MachineID { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string SystemUUID { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    public string BootID { get; init => field = value ?? ""; } = "";

    [Field(4, Required = true)]
    public string KernelVersion { get; init => field = value ?? ""; } = "";

    [Field(5, Required = true)]
    public string OsImage { get; init => field = value ?? ""; } = "";

    [Field(6, Required = true)]
    public string ContainerRuntimeVersion { get; init => field = value ?? ""; } = "";

    [Field(7, Required = true)]
    public string KubeletVersion { get; init => field = value ?? ""; } = "";

    [Field(8, Required = true)]
    public string KubeProxyVersion { get; init => field = value ?? ""; } = "";

    [Field(9, Required = true)]
    public string OperatingSystem { get; init => field = value ?? ""; } = "";

    [Field(10, Required = true)]
    public string Architecture { get; init => field = value ?? ""; } = "";

    [Field(11)]
    public NodeSwapStatus? Swap { get; init; }
}

public sealed record NodeSwapStatus
{
    [Field(1)]
    public long? Capacity { get; init; }
}

public sealed record ContainerImage
{
    [Field(1)]
    public ValueList<string> Names { get; init; }

    [Field(2)]
    public long SizeBytes { get; init; }
}

public sealed record AttachedVolume
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string DevicePath { get; init => field = value ?? ""; } = "";
}

public sealed record NodeConfigStatus
{
    [Field(1)]
    public NodeConfigSource? Assigned { get; init; }

    [Field(2)]
    public NodeConfigSource? Active { get; init; }

    [Field(3)]
    public NodeConfigSource? LastKnownGood { get; init; }

    [Field(4)]
    public string? Error { get; init; }
}

public sealed record NodeRuntimeHandler
{
    [Field(1)]
    public string? Name { get; init; }

    [Field(2)]
    public NodeRuntimeHandlerFeatures? Features { get; init; }
}

public sealed record NodeRuntimeHandlerFeatures
{
    [Field(1)]
    public bool? RecursiveReadOnlyMounts { get; init; }

    [Field(2)]
    public bool? UserNamespaces { get; init; }
}

public sealed record NodeFeatures
{
    [Field(1)]
    public bool? SupplementalGroupsPolicy { get; init; }
}
