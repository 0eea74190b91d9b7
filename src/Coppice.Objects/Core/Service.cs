using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A lasting name and address for a changing set of pods.</summary>
public sealed partial record Service : KubernetesObject
{
    /// <summary>Which pods, and how they are reached.</summary>
    [Field(2)]
    public ServiceSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What was given to it from outside.</summary>
    [Field(3)]
    public ServiceStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Which pods a service stands for, and how they are reached.</summary>
public sealed partial record ServiceSpec
{
    /// <summary>The ports it has.</summary>
    [Field(1, MergeKey = "port", List = ListType.Map, ListKeys = "port,protocol")]
    public ValueList<ServicePort> Ports { get; init; }

    /// <summary>Labels of its pods; without it somebody else fills in its endpoints.</summary>
    [Field(2, AtomicMap = true)]
    public ValueMap<string> Selector { get; init; }

    /// <summary>
    /// Its address in the cluster: given by the server where it is empty; None for names that lead to the pods themselves.
    /// </summary>
    [Field(3)]
    public string? ClusterIP { get; init; }

    /// <summary>All its addresses, one for each IP family; the first is clusterIP.</summary>
    [Field(18)]
    public ValueList<string> ClusterIPs { get; init; }

    /// <summary>ClusterIP (the default), NodePort, LoadBalancer or ExternalName; each of the first three adds to the one before.</summary>
    [Field(4)]
    public string? Type { get; init; }

    /// <summary>Addresses of nodes, routed by somebody else, that it also answers at.</summary>
    [Field(5)]
    public ValueList<string> ExternalIPs { get; init; }

    /// <summary>ClientIP keeps a client with one pod; None (the default) does not.</summary>
    [Field(7)]
    public string? SessionAffinity { get; init; }

    /// <summary>The address wished for of a load balancer that minds it.</summary>
    [Field(8)]
    public string? LoadBalancerIP { get; init; }

    /// <summary>The ranges of clients that the load balancer lets in; all where it is empty.</summary>
    [Field(9)]
    public ValueList<string> LoadBalancerSourceRanges { get; init; }

    /// <summary>The name outside that this one stands for, for type ExternalName.</summary>
    [Field(10)]
    public string? ExternalName { get; init; }

    /// <summary>
    /// Local passes traffic from outside only to pods of the node it came to, and keeps the client's address; Cluster (the default) to
    /// all.
    /// </summary>
    [Field(11)]
    public string? ExternalTrafficPolicy { get; init; }

    /// <summary>The port at which a node tells load balancers whether it has pods, for the policy Local.</summary>
    [Field(12)]
    public int HealthCheckNodePort { get; init; }

    /// <summary>Counts pods in that are not ready.</summary>
    [Field(13)]
    public bool PublishNotReadyAddresses { get; init; }

    /// <summary>Settings of sessionAffinity.</summary>
    [Field(14)]
    public SessionAffinityConfig? SessionAffinityConfig { get; init; }

    /// <summary>IPv4, IPv6, or both in order of preference.</summary>
    [Field(19)]
    public ValueList<string> IpFamilies { get; init; }

    /// <summary>SingleStack (the default), PreferDualStack or RequireDualStack.</summary>
    [Field(17, Pointer = true)]
    public string? IpFamilyPolicy { get; init; }

    /// <summary>Whether a LoadBalancer has node ports too; true by default.</summary>
    [Field(20)]
    public bool? AllocateLoadBalancerNodePorts { get; init; }

    /// <summary>Who is to provide the load balancer; the usual one where it is absent.</summary>
    [Field(21, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? LoadBalancerClass { get; init; }

    /// <summary>Local passes traffic from within only to pods of the same node; Cluster (the default) to all.</summary>
    [Field(22, Pointer = true)]
    public string? InternalTrafficPolicy { get; init; }

    /// <summary>Which pods to prefer: PreferSameZone (once PreferClose) or PreferSameNode.</summary>
    [Field(23, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? TrafficDistribution { get; init; }
}

/// <summary>A port of a service.</summary>
public sealed partial record ServicePort
{
    /// <summary>What it is called; needed when there are several.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>TCP (the default), UDP or SCTP.</summary>
    [Field(2, Default = "TCP")]
    public string? Protocol { get; init; }

    /// <summary>What is spoken on it, such as http.</summary>
    [Field(6, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? AppProtocol { get; init; }

    /// <summary>The number that clients use.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    /// <summary>The pods' port, by number or by its name in the container; the same as port by default.</summary>
    [Field(4)]
    public IntOrString TargetPort { get; init; }

    /// <summary>The port opened on every node; given by the server where it is 0.</summary>
    [Field(5)]
    public int NodePort { get; init; }
}

/// <summary>The values of ServiceType.</summary>
public static class ServiceType
{
    public const string ClusterIP = "ClusterIP";
    public const string NodePort = "NodePort";
    public const string LoadBalancer = "LoadBalancer";
    public const string ExternalName = "ExternalName";
}

/// <summary>The values of ServiceAffinity.</summary>
public static class ServiceAffinity
{
    public const string ClientIP = "ClientIP";
    public const string None = "None";
}

/// <summary>The values of ServiceExternalTrafficPolicy.</summary>
public static class ServiceExternalTrafficPolicy
{
    public const string Cluster = "Cluster";
    public const string Local = "Local";
}

/// <summary>Settings of session affinity.</summary>
public sealed partial record SessionAffinityConfig
{
    /// <summary>For clients told apart by address.</summary>
    [Field(1)]
    public ClientIPConfig? ClientIP { get; init; }
}

/// <summary>Settings of affinity by address.</summary>
public sealed partial record ClientIPConfig
{
    /// <summary>Seconds without a request after which a client is forgotten; 10800 by default.</summary>
    [Field(1)]
    public int? TimeoutSeconds { get; init; }
}

/// <summary>The values of IPFamily.</summary>
public static class IPFamily
{
    public const string IPv4 = "IPv4";
    public const string IPv6 = "IPv6";
    public const string None = "";
}

/// <summary>The values of IPFamilyPolicy.</summary>
public static class IPFamilyPolicy
{
    public const string SingleStack = "SingleStack";
    public const string PreferDualStack = "PreferDualStack";
    public const string RequireDualStack = "RequireDualStack";
}

/// <summary>The values of ServiceInternalTrafficPolicy.</summary>
public static class ServiceInternalTrafficPolicy
{
    public const string Cluster = "Cluster";
    public const string Local = "Local";
}

/// <summary>What was given to a service from outside.</summary>
public sealed partial record ServiceStatus
{
    /// <summary>Where its load balancer is.</summary>
    [Field(1)]
    public LoadBalancerStatus LoadBalancer { get; init => field = value ?? new(); } = new();

    /// <summary>What else is known of its state.</summary>
    [Field(2, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<Condition> Conditions { get; init; }
}

/// <summary>Where a load balancer is.</summary>
public sealed partial record LoadBalancerStatus
{
    /// <summary>The points where traffic enters.</summary>
    [Field(1)]
    public ValueList<LoadBalancerIngress> Ingress { get; init; }
}

/// <summary>A point where traffic enters.</summary>
public sealed partial record LoadBalancerIngress
{
    /// <summary>Its address.</summary>
    [Field(1)]
    public string? Ip { get; init; }

    /// <summary>Its name, where it has one instead.</summary>
    [Field(2)]
    public string? Hostname { get; init; }

    /// <summary>VIP when nodes may take its traffic themselves, Proxy when it must pass through.</summary>
    [Field(3, Pointer = true)]
    public string? IpMode { get; init; }

    /// <summary>How its ports are.</summary>
    [Field(4)]
    public ValueList<PortStatus> Ports { get; init; }
}

/// <summary>The values of LoadBalancerIPMode.</summary>
public static class LoadBalancerIPMode
{
    public const string VIP = "VIP";
    public const string Proxy = "Proxy";
}

/// <summary>How a port of a load balancer is.</summary>
public sealed partial record PortStatus
{
    /// <summary>The port.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    /// <summary>TCP, UDP or SCTP.</summary>
    [Field(2, Required = true)]
    public string Protocol { get; init => field = value ?? ""; } = "";

    /// <summary>Why it does not work.</summary>
    [Field(3, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Error { get; init; }
}
