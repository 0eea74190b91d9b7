using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Something that happened to an object, kept for an hour or so.</summary>
public sealed partial record Event : KubernetesObject
{
    /// <summary>The object it happened to.</summary>
    [Field(2, Required = true)]
    public ObjectReference InvolvedObject { get; init => field = value ?? new(); } = new();

    /// <summary>What happened, in one word for programs.</summary>
    [Field(3)]
    public string? Reason { get; init; }

    /// <summary>What happened, for people.</summary>
    [Field(4)]
    public string? Message { get; init; }

    /// <summary>Who reported it.</summary>
    [Field(5)]
    public EventSource Source { get; init => field = value ?? new(); } = new();

    /// <summary>When it happened first.</summary>
    [Field(6)]
    public DateTimeOffset? FirstTimestamp { get; init; }

    /// <summary>When it happened last.</summary>
    [Field(7)]
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How often it happened.</summary>
    [Field(8)]
    public int Count { get; init; }

    /// <summary>Normal or Warning.</summary>
    [Field(9)]
    public string? Type { get; init; }

    /// <summary>When it happened, to the microsecond, in the newer way of reporting.</summary>
    [Field(10)]
    public MicroTime? EventTime { get; init; }

    /// <summary>How often it went on happening, in the newer way of reporting.</summary>
    [Field(11)]
    public EventSeries? Series { get; init; }

    /// <summary>What was being done to the object.</summary>
    [Field(12)]
    public string? Action { get; init; }

    /// <summary>A second object that has to do with it.</summary>
    [Field(13)]
    public ObjectReference? Related { get; init; }

    /// <summary>The program that reported it, such as kubelet.</summary>
    [Field(14)]
    public string? ReportingComponent { get; init; }

    /// <summary>Which one of these programs.</summary>
    [Field(15)]
    public string? ReportingInstance { get; init; }
}

/// <summary>Who reported an event.</summary>
public sealed partial record EventSource
{
    /// <summary>The program.</summary>
    [Field(1)]
    public string? Component { get; init; }

    /// <summary>The node it runs on.</summary>
    [Field(2)]
    public string? Host { get; init; }
}

/// <summary>Events that went on.</summary>
public sealed partial record EventSeries
{
    /// <summary>How many there were.</summary>
    [Field(1)]
    public int Count { get; init; }

    /// <summary>When the last one was.</summary>
    [Field(2)]
    public MicroTime? LastObservedTime { get; init; }
}
