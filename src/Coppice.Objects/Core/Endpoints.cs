using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>The addresses behind a service, in the older form: endpoint slices hold them without a limit.</summary>
public sealed partial record Endpoints : KubernetesObject
{
    /// <summary>Addresses that share their ports.</summary>
    [Field(2)]
    public ValueList<EndpointSubset> Subsets { get; init; }
}

/// <summary>Addresses that share their ports: every address has every port.</summary>
public sealed partial record EndpointSubset
{
    /// <summary>Those that may get requests.</summary>
    [Field(1)]
    public ValueList<EndpointAddress> Addresses { get; init; }

    /// <summary>Those that may not, as they start, stop or are ill.</summary>
    [Field(2)]
    public ValueList<EndpointAddress> NotReadyAddresses { get; init; }

    /// <summary>The ports.</summary>
    [Field(3)]
    public ValueList<EndpointPort> Ports { get; init; }
}

/// <summary>An address behind a service.</summary>
[AtomicObject]
public sealed partial record EndpointAddress
{
    /// <summary>The address.</summary>
    [Field(1, Required = true)]
    public string Ip { get; init => field = value ?? ""; } = "";

    /// <summary>Its name below the service's.</summary>
    [Field(3)]
    public string? Hostname { get; init; }

    /// <summary>The node it is on.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? NodeName { get; init; }

    /// <summary>The pod it belongs to.</summary>
    [Field(2)]
    public ObjectReference? TargetRef { get; init; }
}

/// <summary>A port behind a service.</summary>
[AtomicObject]
public sealed partial record EndpointPort
{
    /// <summary>The service's name for it.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>The number on the pod.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    /// <summary>TCP, UDP or SCTP.</summary>
    [Field(3, Pointer = true)]
    public string? Protocol { get; init; }

    /// <summary>What is spoken on it, such as http.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? AppProtocol { get; init; }
}
