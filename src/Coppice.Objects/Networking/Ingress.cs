using System.Text.Json.Serialization;
using Coppice.Objects.Core;

namespace Coppice.Objects.Networking;

/// <summary>How HTTP requests from outside reach services, by host and path. Something that follows ingresses has to carry it out.</summary>
public sealed partial record Ingress : KubernetesObject
{
    /// <summary>The wanted routes.</summary>
    [Field(2)]
    public IngressSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>Where the routes can be reached.</summary>
    [Field(3)]
    public IngressStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>The wanted routes.</summary>
public sealed partial record IngressSpec
{
    /// <summary>Who carries it out: the name of an IngressClass. The default class where it is absent at the creation.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? IngressClassName { get; init; }

    /// <summary>Where requests go that no rule is for. There must be this or a rule.</summary>
    [Field(1)]
    public IngressBackend? DefaultBackend { get; init; }

    /// <summary>For which hosts TLS is spoken, and with which certificates.</summary>
    [Field(2)]
    public ValueList<IngressTLS> Tls { get; init; }

    /// <summary>Which requests go where. There must be a rule or a default backend.</summary>
    [Field(3)]
    public ValueList<IngressRule> Rules { get; init; }
}

/// <summary>With which certificate TLS is spoken.</summary>
public sealed partial record IngressTLS
{
    /// <summary>The hosts that the certificate is for; all where there are none.</summary>
    [Field(1)]
    public ValueList<string> Hosts { get; init; }

    /// <summary>The secret with the certificate and its key, of type kubernetes.io/tls.</summary>
    [Field(2)]
    public string? SecretName { get; init; }
}

/// <summary>Where an ingress can be reached.</summary>
public sealed partial record IngressStatus
{
    /// <summary>The load balancer in front of it.</summary>
    [Field(1)]
    public IngressLoadBalancerStatus LoadBalancer { get; init => field = value ?? new(); } = new();
}

/// <summary>Where the load balancer of an ingress can be reached.</summary>
public sealed partial record IngressLoadBalancerStatus
{
    /// <summary>Its ways in.</summary>
    [Field(1)]
    public ValueList<IngressLoadBalancerIngress> Ingress { get; init; }
}

/// <summary>A way in of a load balancer: an address or a name.</summary>
public sealed partial record IngressLoadBalancerIngress
{
    /// <summary>Its address.</summary>
    [Field(1)]
    public string? Ip { get; init; }

    /// <summary>Its name.</summary>
    [Field(2)]
    public string? Hostname { get; init; }

    /// <summary>What became of each of its ports.</summary>
    [Field(4)]
    public ValueList<IngressPortStatus> Ports { get; init; }
}

/// <summary>What became of a port of a load balancer.</summary>
public sealed partial record IngressPortStatus
{
    /// <summary>Its number.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    /// <summary>TCP, UDP or SCTP.</summary>
    [Field(2, Required = true)]
    public string Protocol { get; init => field = value ?? ""; } = "";

    /// <summary>Why it cannot be used, as a camel-cased word or one with a domain; absent if it can.</summary>
    [Field(3, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Error { get; init; }
}

/// <summary>Where the requests for a host go.</summary>
public sealed partial record IngressRule
{
    /// <summary>The host, exactly or as "*.example.com"; all hosts where it is absent.</summary>
    [Field(1)]
    public string? Host { get; init; }

    /// <summary>The paths of that host.</summary>
    [Field(1, Within = 2)]
    public HTTPIngressRuleValue? Http { get; init; }
}

/// <summary>Where requests go by their path.</summary>
public sealed partial record HTTPIngressRuleValue
{
    /// <summary>The paths; the longest that matches is taken.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<HTTPIngressPath> Paths { get; init; }
}

/// <summary>Where the requests for a path go.</summary>
public sealed partial record HTTPIngressPath
{
    /// <summary>The path, beginning with a slash.</summary>
    [Field(1)]
    public string? Path { get; init; }

    /// <summary>Exact, Prefix (by elements between slashes), or ImplementationSpecific.</summary>
    [Field(3, Required = true, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? PathType { get; init; }

    /// <summary>Where they go.</summary>
    [Field(2, Required = true)]
    public IngressBackend Backend { get; init => field = value ?? new(); } = new();
}

/// <summary>The values of PathType.</summary>
public static class PathType
{
    public const string Exact = "Exact";
    public const string Prefix = "Prefix";
    public const string ImplementationSpecific = "ImplementationSpecific";
}

/// <summary>Where requests go: to a service, or to another object.</summary>
public sealed partial record IngressBackend
{
    /// <summary>A service of the same namespace.</summary>
    [Field(4)]
    public IngressServiceBackend? Service { get; init; }

    /// <summary>Another object of the same namespace, such as a bucket.</summary>
    [Field(3)]
    public TypedLocalObjectReference? Resource { get; init; }
}

/// <summary>A port of a service.</summary>
public sealed partial record IngressServiceBackend
{
    /// <summary>The service.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its port, by name or number.</summary>
    [Field(2)]
    public ServiceBackendPort Port { get; init => field = value ?? new(); } = new();
}

/// <summary>A port of a service, by name or number.</summary>
[AtomicObject]
public sealed partial record ServiceBackendPort
{
    /// <summary>Its name; not together with a number.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>Its number; not together with a name.</summary>
    [Field(2)]
    public int Number { get; init; }
}
