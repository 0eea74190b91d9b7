using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Discovery;

public sealed record EndpointSlice : KubernetesObject
{
    [Field(4, Required = true)]
    public string AddressType { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public ValueList<Endpoint> Endpoints { get; init; }

    [Field(3)]
    public ValueList<EndpointPort> Ports { get; init; }
}

public sealed record Endpoint
{
    [Field(1, Required = true, List = ListType.Set)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Addresses { get; init; }

    [Field(2)]
    public EndpointConditions Conditions { get; init => field = value ?? new(); } = new();

    [Field(3)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Hostname { get; init; }

    [Field(4)]
    public ObjectReference? TargetRef { get; init; }

    [Field(5)]
    public ValueMap<string> DeprecatedTopology { get; init; }

    [Field(6)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? NodeName { get; init; }

    [Field(7)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Zone { get; init; }

    [Field(8)]
    public EndpointHints? Hints { get; init; }
}

public sealed record EndpointConditions
{
    [Field(1)]
    public bool? Ready { get; init; }

    [Field(2)]
    public bool? Serving { get; init; }

    [Field(3)]
    public bool? Terminating { get; init; }
}

public sealed record EndpointHints
{
    [Field(1)]
    public ValueList<ForZone> ForZones { get; init; }

    [Field(2)]
    public ValueList<ForNode> ForNodes { get; init; }
}

public sealed record ForZone
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

public sealed record ForNode
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

public sealed record EndpointPort
{
    [Field(1)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Name { get; init; }

    [Field(2)]
    public string? Protocol { get; init; }

    [Field(3)]
    public int? Port { get; init; }

    [Field(4)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? AppProtocol { get; init; }
}
