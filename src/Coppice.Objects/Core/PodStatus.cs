using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record PodStatus
{
    [Field(17)]
    public long ObservedGeneration { get; init; }

    [Field(1)]
    public string? Phase { get; init; }

    [Field(2, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<PodCondition> Conditions { get; init; }

    [Field(3)]
    public string? Message { get; init; }

    [Field(4)]
    public string? Reason { get; init; }

    [Field(11)]
    public string? NominatedNodeName { get; init; }

    [Field(5)]
    public string? HostIP { get; init; }

    [Field(16, MergeKey = "ip")]
    public ValueList<HostIP> HostIPs { get; init; }

    [Field(6)]
    public string? PodIP { get; init; }

    [Field(12, MergeKey = "ip", List = ListType.Map, ListKeys = "ip")]
    public ValueList<PodIP> PodIPs { get; init; }

    [Field(7)]
    public DateTimeOffset? StartTime { get; init; }

    [Field(10)]
    public ValueList<ContainerStatus> InitContainerStatuses { get; init; }

    [Field(8)]
    public ValueList<ContainerStatus> ContainerStatuses { get; init; }

    [Field(9)]
    public string? QosClass { get; init; }

    [Field(13)]
    public ValueList<ContainerStatus> EphemeralContainerStatuses { get; init; }

    [Field(14)]
    public string? Resize { get; init; }

    [Field(15, MergeKey = "name", RetainKeys = true, List = ListType.Map, ListKeys = "name")]
    public ValueList<PodResourceClaimStatus> ResourceClaimStatuses { get; init; }

    [Field(18)]
    public PodExtendedResourceClaimStatus? ExtendedResourceClaimStatus { get; init; }

    [Field(19)]
    public ValueMap<Quantity> AllocatedResources { get; init; }

    [Field(20)]
    public ResourceRequirements? Resources { get; init; }

    [Field(21)]
    public ValueList<NodeAllocatableResourceClaimStatus> NodeAllocatableResourceClaimStatuses { get; init; }
}

/// <summary>The values of PodPhase.</summary>
public static class PodPhase
{
    public const string Pending = "Pending";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
    public const string Unknown = "Unknown";
}

public sealed record PodCondition
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(7)]
    public long ObservedGeneration { get; init; }

    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public DateTimeOffset? LastProbeTime { get; init; }

    [Field(4)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Field(5)]
    public string? Reason { get; init; }

    [Field(6)]
    public string? Message { get; init; }
}

/// <summary>The values of ConditionStatus.</summary>
public static class ConditionStatus
{
    public const string True = "True";
    public const string False = "False";
    public const string Unknown = "Unknown";
}

public sealed record HostIP
{
    [Field(1, Required = true)]
    public string Ip { get; init => field = value ?? ""; } = "";
}

public sealed record PodIP
{
    [Field(1, Required = true)]
    public string Ip { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of PodQOSClass.</summary>
public static class PodQOSClass
{
    public const string Guaranteed = "Guaranteed";
    public const string Burstable = "Burstable";
    public const string BestEffort = "BestEffort";
}

/// <summary>The values of PodResizeStatus.</summary>
public static class PodResizeStatus
{
    public const string InProgress = "InProgress";
    public const string Deferred = "Deferred";
    public const string Infeasible = "Infeasible";
}

public sealed record PodResourceClaimStatus
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ResourceClaimName { get; init; }
}

public sealed record PodExtendedResourceClaimStatus
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<ContainerExtendedResourceRequest> RequestMappings { get; init; }

    [Field(2, Required = true)]
    public string ResourceClaimName { get; init => field = value ?? ""; } = "";
}

public sealed record ContainerExtendedResourceRequest
{
    [Field(1, Required = true)]
    public string ContainerName { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string ResourceName { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    public string RequestName { get; init => field = value ?? ""; } = "";
}

public sealed record NodeAllocatableResourceClaimStatus
{
    [Field(1, Required = true)]
    public string ResourceClaimName { get; init => field = value ?? ""; } = "";

    [Field(2, List = ListType.Set)]
    public ValueList<string> Containers { get; init; }

    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueMap<Quantity> Resources { get; init; }
}
