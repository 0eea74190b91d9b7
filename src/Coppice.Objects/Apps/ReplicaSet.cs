using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

/// <summary>Keeps a number of equal pods; mostly made by a Deployment.</summary>
public sealed partial record ReplicaSet : KubernetesObject
{
    /// <summary>What should run.</summary>
    [Field(2)]
    public ReplicaSetSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How far it has got.</summary>
    [Field(3)]
    public ReplicaSetStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a ReplicaSet should run.</summary>
public sealed partial record ReplicaSetSpec
{
    /// <summary>How many pods; 1 by default.</summary>
    [Field(1)]
    public int? Replicas { get; init; }

    /// <summary>Seconds that a pod must stay ready to count as available; 0 by default.</summary>
    [Field(4)]
    public int MinReadySeconds { get; init; }

    /// <summary>Which pods are its own; must match the template's labels and cannot be changed.</summary>
    [Field(2, Required = true)]
    public LabelSelector? Selector { get; init; }

    /// <summary>What new pods are made from; those that run already stay as they are.</summary>
    [Field(3)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();
}

/// <summary>How far a ReplicaSet has got.</summary>
public sealed partial record ReplicaSetStatus
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

    /// <summary>Pods that are on their way out.</summary>
    [Field(7)]
    public int? TerminatingReplicas { get; init; }

    /// <summary>The generation that these numbers were counted for.</summary>
    [Field(3)]
    public long ObservedGeneration { get; init; }

    /// <summary>What keeps it from making or removing pods, if something does.</summary>
    [Field(6, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<ReplicaSetCondition> Conditions { get; init; }
}

/// <summary>One thing that can be said of a ReplicaSet's state.</summary>
public sealed partial record ReplicaSetCondition
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

/// <summary>The values of ReplicaSetConditionType.</summary>
public static class ReplicaSetConditionType
{
    public const string ReplicaFailure = "ReplicaFailure";
}
