using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Endpoints : KubernetesObject
{
    [Field(2)]
    public ValueList<EndpointSubset> Subsets { get; init; }
}

public sealed record EndpointSubset
{
    [Field(1)]
    public ValueList<EndpointAddress> Addresses { get; init; }

    [Field(2)]
    public ValueList<EndpointAddress> NotReadyAddresses { get; init; }

    [Field(3)]
    public ValueList<EndpointPort> Ports { get; init; }
}

public sealed record EndpointAddress
{
    [Field(1, Required = true)]
    public string Ip { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public string? Hostname { get; init; }

    [Field(4)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? NodeName { get; init; }

    [Field(2)]
    public ObjectReference? TargetRef { get; init; }
}

public sealed record EndpointPort
{
    [Field(1)]
    public string? Name { get; init; }

    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    [Field(3)]
    public string? Protocol { get; init; }

    [Field(4)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? AppProtocol { get; init; }
}
