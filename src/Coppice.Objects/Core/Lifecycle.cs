using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Lifecycle
{
    [Field(1)]
    public LifecycleHandler? PostStart { get; init; }

    [Field(2)]
    public LifecycleHandler? PreStop { get; init; }

    [Field(3)]
    public string? StopSignal { get; init; }
}

public sealed record LifecycleHandler
{
    [Field(1)]
    public ExecAction? Exec { get; init; }

    [Field(2)]
    public HTTPGetAction? HttpGet { get; init; }

    [Field(3)]
    public TCPSocketAction? TcpSocket { get; init; }

    [Field(4)]
    public SleepAction? Sleep { get; init; }
}

public sealed record SleepAction
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Seconds { get; init; }
}
