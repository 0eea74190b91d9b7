using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

public sealed record ReplicaSet : KubernetesObject
{
    [Field(2)]
    public ReplicaSetSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public ReplicaSetStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record ReplicaSetSpec
{
    [Field(1)]
    public int? Replicas { get; init; }

    [Field(4)]
    public int MinReadySeconds { get; init; }

    [Field(2, Required = true)]
    public LabelSelector? Selector { get; init; }

    [Field(3)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();
}

public sealed record ReplicaSetStatus
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Replicas { get; init; }

    [Field(2)]
    public int FullyLabeledReplicas { get; init; }

    [Field(4)]
    public int ReadyReplicas { get; init; }

    [Field(5)]
    public int AvailableReplicas { get; init; }

    [Field(7)]
    public int? TerminatingReplicas { get; init; }

    [Field(3)]
    public long ObservedGeneration { get; init; }

    [Field(6, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<ReplicaSetCondition> Conditions { get; init; }
}

public sealed record ReplicaSetCondition
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

/// <summary>The values of ReplicaSetConditionType.</summary>
public static class ReplicaSetConditionType
{
    public const string ReplicaFailure = "ReplicaFailure";
}
