using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Event : KubernetesObject
{
    [Field(2, Required = true)]
    public ObjectReference InvolvedObject { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public string? Reason { get; init; }

    [Field(4)]
    public string? Message { get; init; }

    [Field(5)]
    public EventSource Source { get; init => field = value ?? new(); } = new();

    [Field(6)]
    public DateTimeOffset? FirstTimestamp { get; init; }

    [Field(7)]
    public DateTimeOffset? LastTimestamp { get; init; }

    [Field(8)]
    public int Count { get; init; }

    [Field(9)]
    public string? Type { get; init; }

    [Field(10)]
    public MicroTime? EventTime { get; init; }

    [Field(11)]
    public EventSeries? Series { get; init; }

    [Field(12)]
    public string? Action { get; init; }

    [Field(13)]
    public ObjectReference? Related { get; init; }

    [Field(14)]
    public string? ReportingComponent { get; init; }

    [Field(15)]
    public string? ReportingInstance { get; init; }
}

public sealed record EventSource
{
    [Field(1)]
    public string? Component { get; init; }

    [Field(2)]
    public string? Host { get; init; }
}

public sealed record EventSeries
{
    [Field(1)]
    public int Count { get; init; }

    [Field(2)]
    public MicroTime? LastObservedTime { get; init; }
}
