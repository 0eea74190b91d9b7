using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Discovery;

/// <summary>A part of the addresses behind a service, up to a hundred or so.</summary>
public sealed partial record EndpointSlice : KubernetesObject
{
    /// <summary>IPv4, IPv6 or FQDN; cannot be changed.</summary>
    [Field(4, Required = true)]
    public string AddressType { get; init => field = value ?? ""; } = "";

    /// <summary>The addresses with their state.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<Endpoint> Endpoints { get; init; }

    /// <summary>Ports that every address of this slice has.</summary>
    [Field(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<EndpointPort> Ports { get; init; }
}

/// <summary>Something behind a service.</summary>
public sealed partial record Endpoint
{
    /// <summary>Its addresses, all meaning the same; the first is used.</summary>
    [Field(1, Required = true, List = ListType.Set)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Addresses { get; init; }

    /// <summary>Whether it may get requests.</summary>
    [Field(2)]
    public EndpointConditions Conditions { get; init => field = value ?? new(); } = new();

    /// <summary>Its name below the service's.</summary>
    [Field(3, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Hostname { get; init; }

    /// <summary>The pod it belongs to.</summary>
    [Field(4)]
    public ObjectReference? TargetRef { get; init; }

    /// <summary>Labels of its node, in the older form.</summary>
    [Field(5)]
    public ValueMap<string> DeprecatedTopology { get; init; }

    /// <summary>The node it is on.</summary>
    [Field(6, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? NodeName { get; init; }

    /// <summary>The zone it is in.</summary>
    [Field(7, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Zone { get; init; }

    /// <summary>From where it should be used.</summary>
    [Field(8)]
    public EndpointHints? Hints { get; init; }
}

/// <summary>Whether an endpoint may get requests.</summary>
public sealed partial record EndpointConditions
{
    /// <summary>It may: it serves and is not ending. Absent means yes.</summary>
    [Field(1)]
    public bool? Ready { get; init; }

    /// <summary>It answers, even if it is ending. Absent means as ready says.</summary>
    [Field(2)]
    public bool? Serving { get; init; }

    /// <summary>It is ending. Absent means no.</summary>
    [Field(3)]
    public bool? Terminating { get; init; }
}

/// <summary>From where an endpoint should be used, to keep traffic short.</summary>
public sealed partial record EndpointHints
{
    /// <summary>The zones.</summary>
    [Field(1)]
    public ValueList<ForZone> ForZones { get; init; }

    /// <summary>The nodes.</summary>
    [Field(2)]
    public ValueList<ForNode> ForNodes { get; init; }
}

/// <summary>A zone that should use an endpoint.</summary>
public sealed partial record ForZone
{
    /// <summary>The zone.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>A node that should use an endpoint.</summary>
public sealed partial record ForNode
{
    /// <summary>The node.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>A port behind a service.</summary>
[AtomicObject]
public sealed partial record EndpointPort
{
    /// <summary>The service's name for it; empty for an only port.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Name { get; init; }

    /// <summary>TCP (the default), UDP or SCTP.</summary>
    [Field(2, Pointer = true)]
    public string? Protocol { get; init; }

    /// <summary>The number on the pod; absent stands for all ports.</summary>
    [Field(3)]
    public int? Port { get; init; }

    /// <summary>What is spoken on it, such as http.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? AppProtocol { get; init; }
}
