using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Containers that run together on one node, sharing a network address and volumes.</summary>
public sealed partial record Pod : KubernetesObject
{
    /// <summary>What should run, and how.</summary>
    [Field(2)]
    public PodSpec Spec { get; init => field = value ?? Absent<PodSpec>.Value; } = Absent<PodSpec>.Value;

    /// <summary>What is known of it; written by its node.</summary>
    [Field(3)]
    public PodStatus Status { get; init => field = value ?? Absent<PodStatus>.Value; } = Absent<PodStatus>.Value;
}

/// <summary>What a pod runs, and the conditions it runs under.</summary>
public sealed partial record PodSpec
{
    /// <summary>Directories and files that its containers may mount.</summary>
    [Field(1, MergeKey = "name", RetainKeys = true, List = ListType.Map, ListKeys = "name")]
    public ValueList<Volume> Volumes { get; init; }

    /// <summary>
    /// Run one after the other before the containers start; each must end well, or with restartPolicy Always keeps running beside them.
    /// </summary>
    [Field(20, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<Container> InitContainers { get; init; }

    /// <summary>What runs, at least one.</summary>
    [Field(2, Required = true, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<Container> Containers { get; init; }

    /// <summary>Added to a running pod to look into it; set through the subresource of that name.</summary>
    [Field(34, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<EphemeralContainer> EphemeralContainers { get; init; }

    /// <summary>When an ended container is started again: Always (the default), OnFailure or Never.</summary>
    [Field(3)]
    public string? RestartPolicy { get; init; }

    /// <summary>Seconds between the request to stop and the kill; 30 by default.</summary>
    [Field(4)]
    public long? TerminationGracePeriodSeconds { get; init; }

    /// <summary>Seconds after which a pod that still runs is ended and marked as failed.</summary>
    [Field(5)]
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>
    /// Where names are looked up: ClusterFirst (the default), ClusterFirstWithHostNet, Default (as the node does) or None.
    /// </summary>
    [Field(6)]
    public string? DnsPolicy { get; init; }

    /// <summary>Labels that the node must have.</summary>
    [Field(7, AtomicMap = true)]
    public ValueMap<string> NodeSelector { get; init; }

    /// <summary>The account that the pod calls the API as; default where it is empty.</summary>
    [Field(8)]
    public string? ServiceAccountName { get; init; }

    /// <summary>Older name of serviceAccountName, kept equal to it.</summary>
    [Field(9)]
    public string? ServiceAccount { get; init; }

    /// <summary>Whether the account's token is put into the containers; the account decides where it is absent.</summary>
    [Field(21)]
    public bool? AutomountServiceAccountToken { get; init; }

    /// <summary>The node that it runs on; set by the scheduler, or beforehand to go past it.</summary>
    [Field(10)]
    public string? NodeName { get; init; }

    /// <summary>Shares the node's network instead of having an own one.</summary>
    [Field(11)]
    public bool HostNetwork { get; init; }

    /// <summary>Sees the processes of the node.</summary>
    [Field(12)]
    public bool HostPID { get; init; }

    /// <summary>Shares the node's System V IPC.</summary>
    [Field(13)]
    public bool HostIPC { get; init; }

    /// <summary>The containers see one another's processes.</summary>
    [Field(27)]
    public bool? ShareProcessNamespace { get; init; }

    /// <summary>Users, groups and kernel settings for all its containers.</summary>
    [Field(14)]
    public PodSecurityContext? SecurityContext { get; init; }

    /// <summary>Secrets to fetch images with, in the same namespace.</summary>
    [Field(15, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<LocalObjectReference> ImagePullSecrets { get; init; }

    /// <summary>Its host name; the pod's name where it is empty.</summary>
    [Field(16)]
    public string? Hostname { get; init; }

    /// <summary>Makes the full name hostname.subdomain.namespace.svc.DOMAIN.</summary>
    [Field(17)]
    public string? Subdomain { get; init; }

    /// <summary>Which nodes and which neighbours it must have, or would rather have.</summary>
    [Field(18)]
    public Affinity? Affinity { get; init; }

    /// <summary>The scheduler that is to place it; default-scheduler where it is empty.</summary>
    [Field(19)]
    public string? SchedulerName { get; init; }

    /// <summary>The taints that do not keep it off a node.</summary>
    [Field(22)]
    public ValueList<Toleration> Tolerations { get; init; }

    /// <summary>Lines added to the containers' hosts file.</summary>
    [Field(23, MergeKey = "ip", List = ListType.Map, ListKeys = "ip")]
    public ValueList<HostAlias> HostAliases { get; init; }

    /// <summary>The class that its priority comes from.</summary>
    [Field(24)]
    public string? PriorityClassName { get; init; }

    /// <summary>A higher number is placed first, and may push out lower ones; filled in from the class.</summary>
    [Field(25)]
    public int? Priority { get; init; }

    /// <summary>Name servers, search domains and options, beside those of dnsPolicy.</summary>
    [Field(26)]
    public PodDNSConfig? DnsConfig { get; init; }

    /// <summary>Conditions that must hold, beside the containers' readiness, for the pod to be ready.</summary>
    [Field(28)]
    public ValueList<PodReadinessGate> ReadinessGates { get; init; }

    /// <summary>The class of runtime to be run with; the node's usual one where it is absent.</summary>
    [Field(29, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? RuntimeClassName { get; init; }

    /// <summary>Puts the namespace's services into the containers' environment; true by default.</summary>
    [Field(30)]
    public bool? EnableServiceLinks { get; init; }

    /// <summary>Whether it may push out pods of lower priority: PreemptLowerPriority (the default) or Never.</summary>
    [Field(31, Pointer = true)]
    public string? PreemptionPolicy { get; init; }

    /// <summary>What the runtime itself needs, beside the containers; filled in from the runtime class.</summary>
    [Field(32)]
    public ValueMap<Quantity> Overhead { get; init; }

    /// <summary>How evenly the pods of a group must lie over nodes or zones.</summary>
    [Field(33, MergeKey = "topologyKey", List = ListType.Map, ListKeys = "topologyKey,whenUnsatisfiable")]
    public ValueList<TopologySpreadConstraint> TopologySpreadConstraints { get; init; }

    /// <summary>The host name is the full name with its domain.</summary>
    [Field(35)]
    public bool? SetHostnameAsFQDN { get; init; }

    /// <summary>The operating system that the containers are made for.</summary>
    [Field(36)]
    public PodOS? Os { get; init; }

    /// <summary>False maps the containers' users to others on the node; true by default.</summary>
    [Field(37)]
    public bool? HostUsers { get; init; }

    /// <summary>Names of what must happen before the scheduler looks at it; set only when it is made.</summary>
    [Field(38, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<PodSchedulingGate> SchedulingGates { get; init; }

    /// <summary>Devices claimed for the pod, which containers refer to by name.</summary>
    [Field(39, MergeKey = "name", RetainKeys = true, List = ListType.Map, ListKeys = "name")]
    public ValueList<PodResourceClaim> ResourceClaims { get; init; }

    /// <summary>CPU and memory for all containers together.</summary>
    [Field(40)]
    public ResourceRequirements? Resources { get; init; }

    /// <summary>The host name, whatever hostname and subdomain say.</summary>
    [Field(41, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? HostnameOverride { get; init; }

    /// <summary>The group of pods that it is placed together with.</summary>
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

/// <summary>A line of a hosts file.</summary>
public sealed partial record HostAlias
{
    /// <summary>The address.</summary>
    [Field(1, Required = true)]
    public string Ip { get; init => field = value ?? ""; } = "";

    /// <summary>The names that lead to it.</summary>
    [Field(2)]
    public ValueList<string> Hostnames { get; init; }
}

/// <summary>Settings of a pod's name resolution.</summary>
public sealed partial record PodDNSConfig
{
    /// <summary>Addresses of name servers, asked after those of dnsPolicy.</summary>
    [Field(1)]
    public ValueList<string> Nameservers { get; init; }

    /// <summary>Domains that are appended to short names.</summary>
    [Field(2)]
    public ValueList<string> Searches { get; init; }

    /// <summary>Options of the resolver.</summary>
    [Field(3)]
    public ValueList<PodDNSConfigOption> Options { get; init; }
}

/// <summary>One option of the resolver, such as ndots.</summary>
public sealed partial record PodDNSConfigOption
{
    /// <summary>The option.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>Its value, where it has one.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Value { get; init; }
}

/// <summary>A condition that others set and that a pod's readiness waits for.</summary>
public sealed partial record PodReadinessGate
{
    /// <summary>The type of the condition in the pod's status.</summary>
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

/// <summary>An operating system.</summary>
public sealed partial record PodOS
{
    /// <summary>Either linux or windows.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of OSName.</summary>
public static class OSName
{
    public const string Linux = "linux";
    public const string Windows = "windows";
}

/// <summary>Keeps a pod from being scheduled while it is there.</summary>
public sealed partial record PodSchedulingGate
{
    /// <summary>What is waited for; unlike that of the other gates.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>A device claim, under a name that is valid within the pod.</summary>
public sealed partial record PodResourceClaim
{
    /// <summary>What containers call it.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>A claim that exists already, in the same namespace.</summary>
    [Field(3, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ResourceClaimName { get; init; }

    /// <summary>A template that a claim of the pod's own is made from.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ResourceClaimTemplateName { get; init; }
}

/// <summary>Which group a pod is placed with.</summary>
public sealed partial record PodSchedulingGroup
{
    /// <summary>The group's name, in the same namespace.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? PodGroupName { get; init; }
}
