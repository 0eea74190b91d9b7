using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Service : KubernetesObject
{
    [Field(2)]
    public ServiceSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public ServiceStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record ServiceSpec
{
    [Field(1, MergeKey = "port", List = ListType.Map, ListKeys = "port,protocol")]
    public ValueList<ServicePort> Ports { get; init; }

    [Field(2, AtomicMap = true)]
    public ValueMap<string> Selector { get; init; }

    [Field(3)]
    public string? ClusterIP { get; init; }

    [Field(18)]
    public ValueList<string> ClusterIPs { get; init; }

    [Field(4)]
    public string? Type { get; init; }

    [Field(5)]
    public ValueList<string> ExternalIPs { get; init; }

    [Field(7)]
    public string? SessionAffinity { get; init; }

    [Field(8)]
    public string? LoadBalancerIP { get; init; }

    [Field(9)]
    public ValueList<string> LoadBalancerSourceRanges { get; init; }

    [Field(10)]
    public string? ExternalName { get; init; }

    [Field(11)]
    public string? ExternalTrafficPolicy { get; init; }

    [Field(12)]
    public int HealthCheckNodePort { get; init; }

    [Field(13)]
    public bool PublishNotReadyAddresses { get; init; }

    [Field(14)]
    public SessionAffinityConfig? SessionAffinityConfig { get; init; }

    [Field(19)]
    public ValueList<string> IpFamilies { get; init; }

    [Field(17)]
    public string? IpFamilyPolicy { get; init; }

    [Field(20)]
    public bool? AllocateLoadBalancerNodePorts { get; init; }

    [Field(21)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? LoadBalancerClass { get; init; }

    [Field(22)]
    public string? InternalTrafficPolicy { get; init; }

    [Field(23)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? TrafficDistribution { get; init; }
}

public sealed record ServicePort
{
    [Field(1)]
    public string? Name { get; init; }

    [Field(2, Default = "TCP")]
    public string? Protocol { get; init; }

    [Field(6)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? AppProtocol { get; init; }

    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    [Field(4)]
    public IntOrString TargetPort { get; init; }

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

public sealed record SessionAffinityConfig
{
    [Field(1)]
    public ClientIPConfig? ClientIP { get; init; }
}

public sealed record ClientIPConfig
{
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

public sealed record ServiceStatus
{
    [Field(1)]
    public LoadBalancerStatus LoadBalancer { get; init => field = value ?? new(); } = new();

    [Field(2, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<Condition> Conditions { get; init; }
}

public sealed record LoadBalancerStatus
{
    [Field(1)]
    public ValueList<LoadBalancerIngress> Ingress { get; init; }
}

public sealed record LoadBalancerIngress
{
    [Field(1)]
    public string? Ip { get; init; }

    [Field(2)]
    public string? Hostname { get; init; }

    [Field(3)]
    public string? IpMode { get; init; }

    [Field(4)]
    public ValueList<PortStatus> Ports { get; init; }
}

/// <summary>The values of LoadBalancerIPMode.</summary>
public static class LoadBalancerIPMode
{
    public const string VIP = "VIP";
    public const string Proxy = "Proxy";
}

public sealed record PortStatus
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    [Field(2, Required = true)]
    public string Protocol { get; init => field = value ?? ""; } = "";

    [Field(3)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Error { get; init; }
}
