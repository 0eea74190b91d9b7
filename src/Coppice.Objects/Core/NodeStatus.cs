using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>What a node has, and how it is.</summary>
public sealed partial record NodeStatus
{
    /// <summary>All that the machine has.</summary>
    [Field(1)]
    public ValueMap<Quantity> Capacity { get; init; }

    /// <summary>What is left for pods.</summary>
    [Field(2)]
    public ValueMap<Quantity> Allocatable { get; init; }

    /// <summary>Not used any more; conditions say it.</summary>
    [Field(3)]
    public string? Phase { get; init; }

    /// <summary>Whether it is ready, and what it is short of.</summary>
    [Field(4, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<NodeCondition> Conditions { get; init; }

    /// <summary>How it can be reached.</summary>
    [Field(5, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<NodeAddress> Addresses { get; init; }

    /// <summary>Where the programs on it listen.</summary>
    [Field(6)]
    public NodeDaemonEndpoints DaemonEndpoints { get; init => field = value ?? new(); } = new();

    /// <summary>The machine and its software.</summary>
    [Field(7)]
    public NodeSystemInfo NodeInfo { get; init => field = value ?? new(); } = new();

    /// <summary>Images that are there already, the largest first.</summary>
    [Field(8)]
    public ValueList<ContainerImage> Images { get; init; }

    /// <summary>Volumes that must not be detached.</summary>
    [Field(9)]
    public ValueList<string> VolumesInUse { get; init; }

    /// <summary>Volumes that are attached.</summary>
    [Field(10)]
    public ValueList<AttachedVolume> VolumesAttached { get; init; }

    /// <summary>State of settings in a way not used any more.</summary>
    [Field(11)]
    public NodeConfigStatus? Config { get; init; }

    /// <summary>The ways that its runtime can run pods.</summary>
    [Field(12)]
    public ValueList<NodeRuntimeHandler> RuntimeHandlers { get; init; }

    /// <summary>What its runtime can do, whichever the way.</summary>
    [Field(13)]
    public NodeFeatures? Features { get; init; }

    /// <summary>Features of the node that the scheduler minds.</summary>
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

/// <summary>One thing that can be said of a node's state, such as Ready or MemoryPressure.</summary>
public sealed partial record NodeCondition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When the node last said so.</summary>
    [Field(3)]
    public DateTimeOffset? LastHeartbeatTime { get; init; }

    /// <summary>When status last changed.</summary>
    [Field(4)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(5)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
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

/// <summary>A way to reach a node.</summary>
public sealed partial record NodeAddress
{
    /// <summary>InternalIP, ExternalIP, Hostname, InternalDNS or ExternalDNS.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The address or name.</summary>
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

/// <summary>Where the programs on a node listen.</summary>
public sealed partial record NodeDaemonEndpoints
{
    /// <summary>Where the node agent listens.</summary>
    [Field(1)]
    public DaemonEndpoint KubeletEndpoint { get; init => field = value ?? new(); } = new();
}

/// <summary>Where a program listens.</summary>
public sealed partial record DaemonEndpoint
{
    /// <summary>The port.</summary>
    [Field(1, Required = true)]
    [JsonPropertyName("Port")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }
}

/// <summary>A machine and its software.</summary>
public sealed partial record NodeSystemInfo
{
    /// <summary>Identity of the installed system, from /etc/machine-id.</summary>
    [Field(1, Required = true)]
    public string MachineID { get; init => field = value ?? ""; } = "";

    /// <summary>Identity of the machine, from its firmware.</summary>
    [Field(2, Required = true)]
    public string SystemUUID { get; init => field = value ?? ""; } = "";

    /// <summary>Identity of this run of the system; another one after each boot.</summary>
    [Field(3, Required = true)]
    public string BootID { get; init => field = value ?? ""; } = "";

    /// <summary>The kernel, as uname says.</summary>
    [Field(4, Required = true)]
    public string KernelVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The distribution's name for itself.</summary>
    [Field(5, Required = true)]
    public string OsImage { get; init => field = value ?? ""; } = "";

    /// <summary>The runtime and its version, as in containerd://1.6.20.</summary>
    [Field(6, Required = true)]
    public string ContainerRuntimeVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Version of the node agent.</summary>
    [Field(7, Required = true)]
    public string KubeletVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Not used any more.</summary>
    [Field(8, Required = true)]
    public string KubeProxyVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Such as linux.</summary>
    [Field(9, Required = true)]
    public string OperatingSystem { get; init => field = value ?? ""; } = "";

    /// <summary>Such as amd64.</summary>
    [Field(10, Required = true)]
    public string Architecture { get; init => field = value ?? ""; } = "";

    /// <summary>What there is of swap.</summary>
    [Field(11)]
    public NodeSwapStatus? Swap { get; init; }
}

/// <summary>What a machine has of swap.</summary>
public sealed partial record NodeSwapStatus
{
    /// <summary>Bytes.</summary>
    [Field(1)]
    public long? Capacity { get; init; }
}

/// <summary>An image on a node.</summary>
public sealed partial record ContainerImage
{
    /// <summary>All its names, by tag and by digest.</summary>
    [Field(1)]
    public ValueList<string> Names { get; init; }

    /// <summary>Bytes that it takes, compressed.</summary>
    [Field(2)]
    public long SizeBytes { get; init; }
}

/// <summary>A volume attached to a node.</summary>
public sealed partial record AttachedVolume
{
    /// <summary>The volume.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The device that it is seen as.</summary>
    [Field(2, Required = true)]
    public string DevicePath { get; init => field = value ?? ""; } = "";
}

/// <summary>State of a node's settings in a way not used any more.</summary>
public sealed partial record NodeConfigStatus
{
    /// <summary>Those it should take up.</summary>
    [Field(1)]
    public NodeConfigSource? Assigned { get; init; }

    /// <summary>Those it uses.</summary>
    [Field(2)]
    public NodeConfigSource? Active { get; init; }

    /// <summary>Those it falls back to.</summary>
    [Field(3)]
    public NodeConfigSource? LastKnownGood { get; init; }

    /// <summary>Why it could not take them up.</summary>
    [Field(4)]
    public string? Error { get; init; }
}

/// <summary>A way to run pods.</summary>
public sealed partial record NodeRuntimeHandler
{
    /// <summary>Its name; empty for the usual one.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>What it can do.</summary>
    [Field(2)]
    public NodeRuntimeHandlerFeatures? Features { get; init; }
}

/// <summary>What a way to run pods can do.</summary>
public sealed partial record NodeRuntimeHandlerFeatures
{
    /// <summary>Makes whole trees of mounts read-only.</summary>
    [Field(1)]
    public bool? RecursiveReadOnlyMounts { get; init; }

    /// <summary>Maps users of a pod to others on the node.</summary>
    [Field(2)]
    public bool? UserNamespaces { get; init; }
}

/// <summary>What a runtime can do.</summary>
public sealed partial record NodeFeatures
{
    /// <summary>Minds the policy Strict of further groups.</summary>
    [Field(1)]
    public bool? SupplementalGroupsPolicy { get; init; }
}
