using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Keeps a number of equal pods; ReplicaSet is its successor.</summary>
public sealed partial record ReplicationController : KubernetesObject
{
    /// <summary>What should run.</summary>
    [Field(2)]
    public ReplicationControllerSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How far it has got.</summary>
    [Field(3)]
    public ReplicationControllerStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a ReplicationController should run.</summary>
public sealed partial record ReplicationControllerSpec
{
    /// <summary>How many pods; 1 by default.</summary>
    [Field(1, Default = "1")]
    public int? Replicas { get; init; }

    /// <summary>Seconds that a pod must stay ready to count as available; 0 by default.</summary>
    [Field(4, Default = "0")]
    public int MinReadySeconds { get; init; }

    /// <summary>Labels that its pods have; the template's by default.</summary>
    [Field(2, AtomicMap = true)]
    public ValueMap<string> Selector { get; init; }

    /// <summary>What new pods are made from.</summary>
    [Field(3)]
    public PodTemplateSpec? Template { get; init; }
}

/// <summary>How far a ReplicationController has got.</summary>
public sealed partial record ReplicationControllerStatus
{
    /// <summary>Its pods that are not ending.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Replicas { get; init; }

    /// <summary>Those that have all labels of the template.</summary>
    [Field(2)]
    public int FullyLabeledReplicas { get; init; }

    /// <summary>Those that are ready.</summary>
    [Field(4)]
    public int ReadyReplicas { get; init; }

    /// <summary>Those that have been ready for minReadySeconds.</summary>
    [Field(5)]
    public int AvailableReplicas { get; init; }

    /// <summary>The generation that these numbers were counted for.</summary>
    [Field(3)]
    public long ObservedGeneration { get; init; }

    /// <summary>What keeps it from making or removing pods, if something does.</summary>
    [Field(6, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<ReplicationControllerCondition> Conditions { get; init; }
}

/// <summary>One thing that can be said of a ReplicationController's state.</summary>
public sealed partial record ReplicationControllerCondition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When status last changed.</summary>
    [Field(3)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(5)]
    public string? Message { get; init; }
}

/// <summary>The values of ReplicationControllerConditionType.</summary>
public static class ReplicationControllerConditionType
{
    public const string ReplicaFailure = "ReplicaFailure";
}
