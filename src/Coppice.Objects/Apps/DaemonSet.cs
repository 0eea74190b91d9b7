using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

public sealed record DaemonSet : KubernetesObject
{
    [Field(2)]
    public DaemonSetSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public DaemonSetStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record DaemonSetSpec
{
    [Field(1, Required = true)]
    public LabelSelector? Selector { get; init; }

    [Field(2, Required = true)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public DaemonSetUpdateStrategy UpdateStrategy { get; init => field = value ?? new(); } = new();

    [Field(4)]
    public int MinReadySeconds { get; init; }

    [Field(6)]
    public int? RevisionHistoryLimit { get; init; }
}

public sealed record DaemonSetUpdateStrategy
{
    [Field(1)]
    public string? Type { get; init; }

    [Field(2)]
    public RollingUpdateDaemonSet? RollingUpdate { get; init; }
}

/// <summary>The values of DaemonSetUpdateStrategyType.</summary>
public static class DaemonSetUpdateStrategyType
{
    public const string RollingUpdate = "RollingUpdate";
    public const string OnDelete = "OnDelete";
}

public sealed record RollingUpdateDaemonSet
{
    [Field(1)]
    public IntOrString? MaxUnavailable { get; init; }

    [Field(2)]
    public IntOrString? MaxSurge { get; init; }
}

public sealed record DaemonSetStatus
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int CurrentNumberScheduled { get; init; }

    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int NumberMisscheduled { get; init; }

    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int DesiredNumberScheduled { get; init; }

    [Field(4, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int NumberReady { get; init; }

    [Field(5)]
    public long ObservedGeneration { get; init; }

    [Field(6)]
    public int UpdatedNumberScheduled { get; init; }

    [Field(7)]
    public int NumberAvailable { get; init; }

    [Field(8)]
    public int NumberUnavailable { get; init; }

    [Field(9)]
    public int? CollisionCount { get; init; }

    [Field(10, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<DaemonSetCondition> Conditions { get; init; }
}

public sealed record DaemonSetCondition
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Field(4)]
    public string? Reason { get; init; }

    [Field(5)]
    public string? Message { get; init; }
}
