using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Events;

/// <summary>Something that happened to an object, in the newer form of report; stored as the older one is.</summary>
public sealed partial record Event : KubernetesObject
{
    /// <summary>When it happened first.</summary>
    [Field(2, Required = true)]
    public MicroTime? EventTime { get; init; }

    /// <summary>How often it went on happening; absent while it happened once.</summary>
    [Field(3)]
    public EventSeries? Series { get; init; }

    /// <summary>The program that reported it, such as kubelet.</summary>
    [Field(4)]
    public string? ReportingController { get; init; }

    /// <summary>Which one of these programs.</summary>
    [Field(5)]
    public string? ReportingInstance { get; init; }

    /// <summary>What was being done to the object.</summary>
    [Field(6)]
    public string? Action { get; init; }

    /// <summary>Why it was done, in one word for programs.</summary>
    [Field(7)]
    public string? Reason { get; init; }

    /// <summary>The object it happened to.</summary>
    [Field(8)]
    public ObjectReference Regarding { get; init => field = value ?? new(); } = new();

    /// <summary>A second object that has to do with it.</summary>
    [Field(9)]
    public ObjectReference? Related { get; init; }

    /// <summary>What happened, for people.</summary>
    [Field(10)]
    public string? Note { get; init; }

    /// <summary>Normal or Warning.</summary>
    [Field(11)]
    public string? Type { get; init; }

    /// <summary>The source of the older form.</summary>
    [Field(12)]
    public EventSource DeprecatedSource { get; init => field = value ?? new(); } = new();

    /// <summary>The firstTimestamp of the older form.</summary>
    [Field(13)]
    public DateTimeOffset? DeprecatedFirstTimestamp { get; init; }

    /// <summary>The lastTimestamp of the older form.</summary>
    [Field(14)]
    public DateTimeOffset? DeprecatedLastTimestamp { get; init; }

    /// <summary>The count of the older form.</summary>
    [Field(15)]
    public int DeprecatedCount { get; init; }
}

/// <summary>Events that went on.</summary>
public sealed partial record EventSeries
{
    /// <summary>How many there were.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Count { get; init; }

    /// <summary>When the last one was.</summary>
    [Field(2, Required = true)]
    public MicroTime? LastObservedTime { get; init; }
}
