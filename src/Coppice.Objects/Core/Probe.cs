using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A question that a container is asked again and again; just one of the four ways of asking is set.</summary>
public sealed partial record Probe
{
    /// <summary>Runs a command in the container; 0 is well.</summary>
    [Field(1, Within = 1)]
    public ExecAction? Exec { get; init; }

    /// <summary>Makes an HTTP request; 200 to 399 is well.</summary>
    [Field(2, Within = 1)]
    public HTTPGetAction? HttpGet { get; init; }

    /// <summary>Opens a connection; it is well when it can.</summary>
    [Field(3, Within = 1)]
    public TCPSocketAction? TcpSocket { get; init; }

    /// <summary>Asks the gRPC health service; SERVING is well.</summary>
    [Field(4, Within = 1)]
    public GRPCAction? Grpc { get; init; }

    /// <summary>Seconds from the container's start to the first question; 0 by default.</summary>
    [Field(2)]
    public int InitialDelaySeconds { get; init; }

    /// <summary>Seconds to answer in; 1 by default.</summary>
    [Field(3)]
    public int TimeoutSeconds { get; init; }

    /// <summary>Seconds from one question to the next; 10 by default.</summary>
    [Field(4)]
    public int PeriodSeconds { get; init; }

    /// <summary>Good answers in a row that make it well again; 1 by default, and always 1 for liveness and startup.</summary>
    [Field(5)]
    public int SuccessThreshold { get; init; }

    /// <summary>Bad answers in a row that count as failure; 3 by default.</summary>
    [Field(6)]
    public int FailureThreshold { get; init; }

    /// <summary>Seconds to stop in when this probe restarts the container; the pod's where it is absent.</summary>
    [Field(7)]
    public long? TerminationGracePeriodSeconds { get; init; }
}

/// <summary>A command to run in a container.</summary>
public sealed partial record ExecAction
{
    /// <summary>The program and its arguments; no shell in between.</summary>
    [Field(1)]
    public ValueList<string> Command { get; init; }
}

/// <summary>An HTTP GET request.</summary>
public sealed partial record HTTPGetAction
{
    /// <summary>The path asked for; / by default.</summary>
    [Field(1)]
    public string? Path { get; init; }

    /// <summary>The port, by number or by its name in the container.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IntOrString Port { get; init; }

    /// <summary>The host asked; the pod's own address by default.</summary>
    [Field(3)]
    public string? Host { get; init; }

    /// <summary>HTTP (the default) or HTTPS; certificates are not checked.</summary>
    [Field(4)]
    public string? Scheme { get; init; }

    /// <summary>Headers sent with it.</summary>
    [Field(5)]
    public ValueList<HTTPHeader> HttpHeaders { get; init; }
}

/// <summary>The values of URIScheme.</summary>
public static class URIScheme
{
    public const string HTTP = "HTTP";
    public const string HTTPS = "HTTPS";
}

/// <summary>A header of a request.</summary>
public sealed partial record HTTPHeader
{
    /// <summary>The header's name.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The header's value.</summary>
    [Field(2, Required = true)]
    public string Value { get; init => field = value ?? ""; } = "";
}

/// <summary>A TCP connection to be opened.</summary>
public sealed partial record TCPSocketAction
{
    /// <summary>The port, by number or by its name in the container.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IntOrString Port { get; init; }

    /// <summary>The host; the pod's own address by default.</summary>
    [Field(2)]
    public string? Host { get; init; }
}

/// <summary>A call of the gRPC health service.</summary>
public sealed partial record GRPCAction
{
    /// <summary>The port's number.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Port { get; init; }

    /// <summary>The service asked about; empty asks about the server as a whole.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Service { get; init; }
}
