using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Events;

public sealed record Event : KubernetesObject
{
    [Field(2, Required = true)]
    public MicroTime? EventTime { get; init; }

    [Field(3)]
    public EventSeries? Series { get; init; }

    [Field(4)]
    public string? ReportingController { get; init; }

    [Field(5)]
    public string? ReportingInstance { get; init; }

    [Field(6)]
    public string? Action { get; init; }

    [Field(7)]
    public string? Reason { get; init; }

    [Field(8)]
    public ObjectReference Regarding { get; init => field = value ?? new(); } = new();

    [Field(9)]
    public ObjectReference? Related { get; init; }

    [Field(10)]
    public string? Note { get; init; }

    [Field(11)]
    public string? Type { get; init; }

    [Field(12)]
    public EventSource DeprecatedSource { get; init => field = value ?? new(); } = new();

    [Field(13)]
    public DateTimeOffset? DeprecatedFirstTimestamp { get; init; }

    [Field(14)]
    public DateTimeOffset? DeprecatedLastTimestamp { get; init; }

    [Field(15)]
    public int DeprecatedCount { get; init; }
}

public sealed record EventSeries
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Count { get; init; }

    [Field(2, Required = true)]
    public MicroTime? LastObservedTime { get; init; }
}
