using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Pod : KubernetesObject
{
    [Field(2)]
    public PodSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public PodStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record PodSpec
{
    [Field(1, MergeKey = "name", RetainKeys = true, List = ListType.Map, ListKeys = "name")]
    public ValueList<Volume> Volumes { get; init; }

    [Field(20, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<Container> InitContainers { get; init; }

    [Field(2, Required = true, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<Container> Containers { get; init; }

    [Field(34, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<EphemeralContainer> EphemeralContainers { get; init; }

    [Field(3)]
    public string? RestartPolicy { get; init; }

    [Field(4)]
    public long? TerminationGracePeriodSeconds { get; init; }

    [Field(5)]
    public long? ActiveDeadlineSeconds { get; init; }

    [Field(6)]
    public string? DnsPolicy { get; init; }

    [Field(7, AtomicMap = true)]
    public ValueMap<string> NodeSelector { get; init; }

    [Field(8)]
    public string? ServiceAccountName { get; init; }

    [Field(9)]
    public string? ServiceAccount { get; init; }

    [Field(21)]
    public bool? AutomountServiceAccountToken { get; init; }

    [Field(10)]
    public string? NodeName { get; init; }

    [Field(11)]
    public bool HostNetwork { get; init; }

    [Field(12)]
    public bool HostPID { get; init; }

    [Field(13)]
    public bool HostIPC { get; init; }

    [Field(27)]
    public bool? ShareProcessNamespace { get; init; }

    [Field(14)]
    public PodSecurityContext? SecurityContext { get; init; }

    [Field(15, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<LocalObjectReference> ImagePullSecrets { get; init; }

    [Field(16)]
    public string? Hostname { get; init; }

    [Field(17)]
    public string? Subdomain { get; init; }

    [Field(18)]
    public Affinity? Affinity { get; init; }

    [Field(19)]
    public string? SchedulerName { get; init; }

    [Field(22)]
    public ValueList<Toleration> Tolerations { get; init; }

    [Field(23, MergeKey = "ip", List = ListType.Map, ListKeys = "ip")]
    public ValueList<HostAlias> HostAliases { get; init; }

    [Field(24)]
    public string? PriorityClassName { get; init; }

    [Field(25)]
    public int? Priority { get; init; }

    [Field(26)]
    public PodDNSConfig? DnsConfig { get; init; }

    [Field(28)]
    public ValueList<PodReadinessGate> ReadinessGates { get; init; }

    [Field(29)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? RuntimeClassName { get; init; }

    [Field(30)]
    public bool? EnableServiceLinks { get; init; }

    [Field(31)]
    public string? PreemptionPolicy { get; init; }

    [Field(32)]
    public ValueMap<Quantity> Overhead { get; init; }

    [Field(33, MergeKey = "topologyKey", List = ListType.Map, ListKeys = "topologyKey,whenUnsatisfiable")]
    public ValueList<TopologySpreadConstraint> TopologySpreadConstraints { get; init; }

    [Field(35)]
    public bool? SetHostnameAsFQDN { get; init; }

    [Field(36)]
    public PodOS? Os { get; init; }

    [Field(37)]
    public bool? HostUsers { get; init; }

    [Field(38, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<PodSchedulingGate> SchedulingGates { get; init; }

    [Field(39, MergeKey = "name", RetainKeys = true, List = ListType.Map, ListKeys = "name")]
    public ValueList<PodResourceClaim> ResourceClaims { get; init; }

    [Field(40)]
    public ResourceRequirements? Resources { get; init; }

    [Field(41)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? HostnameOverride { get; init; }

    [Field(43)]
    public PodSchedulingGroup? SchedulingGroup { get; init; }
}

/// <summary>The values of RestartPolicy.</summary>
public static class RestartPolicy
{
    public const string Always = "Always";
    public const string OnFailure = "OnFailure";
    public const string Never = "Never";
}

/// <summary>The values of DNSPolicy.</summary>
public static class DNSPolicy
{
    public const string ClusterFirstWithHostNet = "ClusterFirstWithHostNet";
    public const string ClusterFirst = "ClusterFirst";
    public const string Default = "Default";
    public const string None = "None";
}

public sealed record HostAlias
{
    [Field(1, Required = true)]
    public string Ip { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public ValueList<string> Hostnames { get; init; }
}

public sealed record PodDNSConfig
{
    [Field(1)]
    public ValueList<string> Nameservers { get; init; }

    [Field(2)]
    public ValueList<string> Searches { get; init; }

    [Field(3)]
    public ValueList<PodDNSConfigOption> Options { get; init; }
}

public sealed record PodDNSConfigOption
{
    [Field(1)]
    public string? Name { get; init; }

    [Field(2)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Value { get; init; }
}

public sealed record PodReadinessGate
{
    [Field(1, Required = true)]
    public string ConditionType { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of PodConditionType.</summary>
public static class PodConditionType
{
    public const string ContainersReady = "ContainersReady";
    public const string Initialized = "Initialized";
    public const string Ready = "Ready";
    public const string PodScheduled = "PodScheduled";
    public const string DisruptionTarget = "DisruptionTarget";
    public const string PodReadyToStartContainers = "PodReadyToStartContainers";
    public const string PodResizePending = "PodResizePending";
    public const string PodResizeInProgress = "PodResizeInProgress";
    public const string AllContainersRestarting = "AllContainersRestarting";
}

/// <summary>The values of PreemptionPolicy.</summary>
public static class PreemptionPolicy
{
    public const string PreemptLowerPriority = "PreemptLowerPriority";
    public const string Never = "Never";
}

public sealed record PodOS
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of OSName.</summary>
public static class OSName
{
    public const string Linux = "linux";
    public const string Windows = "windows";
}

public sealed record PodSchedulingGate
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

public sealed record PodResourceClaim
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(3)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ResourceClaimName { get; init; }

    [Field(4)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ResourceClaimTemplateName { get; init; }
}

public sealed record PodSchedulingGroup
{
    [Field(1)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? PodGroupName { get; init; }
}
