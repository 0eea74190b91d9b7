using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>What is done around a container's life.</summary>
public sealed partial record Lifecycle
{
    /// <summary>Done right after the start; a failure ends the container.</summary>
    [Field(1)]
    public LifecycleHandler? PostStart { get; init; }

    /// <summary>Done before the signal to stop, within the same grace period.</summary>
    [Field(2)]
    public LifecycleHandler? PreStop { get; init; }

    /// <summary>The signal that asks it to stop; the image's, or SIGTERM, where it is absent.</summary>
    [Field(3, Pointer = true)]
    public string? StopSignal { get; init; }
}

/// <summary>Something to do; just one of the ways is set.</summary>
public sealed partial record LifecycleHandler
{
    /// <summary>Runs a command in the container.</summary>
    [Field(1)]
    public ExecAction? Exec { get; init; }

    /// <summary>Makes an HTTP request.</summary>
    [Field(2)]
    public HTTPGetAction? HttpGet { get; init; }

    /// <summary>Not used any more; kept so that old manifests are understood.</summary>
    [Field(3)]
    public TCPSocketAction? TcpSocket { get; init; }

    /// <summary>Waits.</summary>
    [Field(4)]
    public SleepAction? Sleep { get; init; }
}

/// <summary>A wait.</summary>
public sealed partial record SleepAction
{
    /// <summary>How long.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Seconds { get; init; }
}
