using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ReplicationController : KubernetesObject
{
    [Field(2)]
    public ReplicationControllerSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public ReplicationControllerStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record ReplicationControllerSpec
{
    [Field(1, Default = "1")]
    public int? Replicas { get; init; }

    [Field(4, Default = "0")]
    public int MinReadySeconds { get; init; }

    [Field(2, AtomicMap = true)]
    public ValueMap<string> Selector { get; init; }

    [Field(3)]
    public PodTemplateSpec? Template { get; init; }
}

public sealed record ReplicationControllerStatus
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

    [Field(3)]
    public long ObservedGeneration { get; init; }

    [Field(6, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<ReplicationControllerCondition> Conditions { get; init; }
}

public sealed record ReplicationControllerCondition
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

/// <summary>The values of ReplicationControllerConditionType.</summary>
public static class ReplicationControllerConditionType
{
    public const string ReplicaFailure = "ReplicaFailure";
}
