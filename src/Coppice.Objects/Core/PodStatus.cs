using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>What is known of a pod.</summary>
public sealed partial record PodStatus
{
    /// <summary>The generation of the pod that this was found for.</summary>
    [Field(17)]
    public long ObservedGeneration { get; init; }

    /// <summary>In one word: Pending, Running, Succeeded, Failed or Unknown.</summary>
    [Field(1)]
    public string? Phase { get; init; }

    /// <summary>How far the pod is on its way to being ready.</summary>
    [Field(2, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<PodCondition> Conditions { get; init; }

    /// <summary>Why it is in this state, for people.</summary>
    [Field(3)]
    public string? Message { get; init; }

    /// <summary>Why it is in this state, in one word, such as Evicted.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>The node where room is being made for it.</summary>
    [Field(11)]
    public string? NominatedNodeName { get; init; }

    /// <summary>The node's address.</summary>
    [Field(5)]
    public string? HostIP { get; init; }

    /// <summary>All addresses of the node, one for each IP family.</summary>
    [Field(16, MergeKey = "ip")]
    public ValueList<HostIP> HostIPs { get; init; }

    /// <summary>The pod's address; empty until it has one.</summary>
    [Field(6)]
    public string? PodIP { get; init; }

    /// <summary>All addresses of the pod, one for each IP family.</summary>
    [Field(12, MergeKey = "ip", List = ListType.Map, ListKeys = "ip")]
    public ValueList<PodIP> PodIPs { get; init; }

    /// <summary>When the node accepted it, before any image was fetched.</summary>
    [Field(7, Pointer = true)]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>How the init containers are, in the order of the spec.</summary>
    [Field(10)]
    public ValueList<ContainerStatus> InitContainerStatuses { get; init; }

    /// <summary>How the containers are.</summary>
    [Field(8)]
    public ValueList<ContainerStatus> ContainerStatuses { get; init; }

    /// <summary>Who is ended last when memory runs out: Guaranteed, then Burstable, then BestEffort.</summary>
    [Field(9)]
    public string? QosClass { get; init; }

    /// <summary>How the ephemeral containers are.</summary>
    [Field(13)]
    public ValueList<ContainerStatus> EphemeralContainerStatuses { get; init; }

    /// <summary>Older sign of a change of resources under way; conditions say it now.</summary>
    [Field(14)]
    public string? Resize { get; init; }

    /// <summary>Which claims the pod's resource claims have become.</summary>
    [Field(15, MergeKey = "name", RetainKeys = true, List = ListType.Map, ListKeys = "name")]
    public ValueList<PodResourceClaimStatus> ResourceClaimStatuses { get; init; }

    /// <summary>The claim made for extended resources that devices serve.</summary>
    [Field(18)]
    public PodExtendedResourceClaimStatus? ExtendedResourceClaimStatus { get; init; }

    /// <summary>What the node has set aside for the pod as a whole.</summary>
    [Field(19)]
    public ValueMap<Quantity> AllocatedResources { get; init; }

    /// <summary>The requests and limits that hold for the pod as a whole.</summary>
    [Field(20)]
    public ResourceRequirements? Resources { get; init; }

    /// <summary>Claims that take from the node's own CPU and memory.</summary>
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

/// <summary>One thing that can be said of a pod's state, such as Ready or PodScheduled.</summary>
public sealed partial record PodCondition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The generation of the pod that this was found for.</summary>
    [Field(7)]
    public long ObservedGeneration { get; init; }

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When it was last looked at.</summary>
    [Field(3)]
    public DateTimeOffset? LastProbeTime { get; init; }

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

/// <summary>One address of a node.</summary>
public sealed partial record HostIP
{
    /// <summary>The address.</summary>
    [Field(1, Required = true)]
    public string Ip { get; init => field = value ?? ""; } = "";
}

/// <summary>One address of a pod.</summary>
public sealed partial record PodIP
{
    /// <summary>The address.</summary>
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

/// <summary>Which claim a pod's resource claim has become.</summary>
public sealed partial record PodResourceClaimStatus
{
    /// <summary>The name within the pod.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The claim; absent where none was needed.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ResourceClaimName { get; init; }
}

/// <summary>The claim made for a pod's extended resources.</summary>
public sealed partial record PodExtendedResourceClaimStatus
{
    /// <summary>Which request of the claim serves which container.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<ContainerExtendedResourceRequest> RequestMappings { get; init; }

    /// <summary>The claim, in the pod's namespace.</summary>
    [Field(2, Required = true)]
    public string ResourceClaimName { get; init => field = value ?? ""; } = "";
}

/// <summary>Which request of a claim serves a container's extended resource.</summary>
public sealed partial record ContainerExtendedResourceRequest
{
    /// <summary>The container.</summary>
    [Field(1, Required = true)]
    public string ContainerName { get; init => field = value ?? ""; } = "";

    /// <summary>The extended resource that it asks for.</summary>
    [Field(2, Required = true)]
    public string ResourceName { get; init => field = value ?? ""; } = "";

    /// <summary>The request in the claim.</summary>
    [Field(3, Required = true)]
    public string RequestName { get; init => field = value ?? ""; } = "";
}

/// <summary>What a claim takes from the node's own resources.</summary>
public sealed partial record NodeAllocatableResourceClaimStatus
{
    /// <summary>The claim.</summary>
    [Field(1, Required = true)]
    public string ResourceClaimName { get; init => field = value ?? ""; } = "";

    /// <summary>The containers that use it.</summary>
    [Field(2, List = ListType.Set)]
    public ValueList<string> Containers { get; init; }

    /// <summary>How much it takes.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueMap<Quantity> Resources { get; init; }
}
