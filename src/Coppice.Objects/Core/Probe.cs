using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Probe
{
    [Field(1, Within = 1)]
    public ExecAction? Exec { get; init; }

    [Field(2, Within = 1)]
    public HTTPGetAction? HttpGet { get; init; }

    [Field(3, Within = 1)]
    public TCPSocketAction? TcpSocket { get; init; }

    [Field(4, Within = 1)]
    public GRPCAction? Grpc { get; init; }

    [Field(2)]
    public int InitialDelaySeconds { get; init; }

    [Field(3)]
    public int TimeoutSeconds { get; init; }

    [Field(4)]
    public int PeriodSeconds { get; init; }

    [Field(5)]
    public int SuccessThreshold { get; init; }

    [Field(6)]
    public int FailureThreshold { get; init; }

    [Field(7)]
    public long? TerminationGracePeriodSeconds { get; init; }
}

public sealed record ExecAction
{
    [Field(1)]
    public ValueList<string> Command { get; init; }
}

public sealed record HTTPGetAction
{
    [Field(1)]
    public string? Path { get; init; }

    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IntOrString Port { get; init; }

    [Field(3)]
    public string? Host { get; init; }

    [Field(4)]
    public string? Scheme { get; init; }

    [Field(5)]
    public ValueList<HTTPHeader> HttpHeaders { get; init; }
}

/// <summary>The values of URIScheme.</summary>
public static class URIScheme
{
    public const string HTTP = "HTTP";
    public const string HTTPS = "HTTPS";
}

public sealed record HTTPHeader
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Value { get; init => field = value ?? ""; } = "";
}

public sealed record TCPSocketAction
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IntOrString Port { get; init; }

    [Field(2)]
    public string? Host { get; init; }
}

public sealed record GRPCAction
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    [Field(2)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Service { get; init; }
}
