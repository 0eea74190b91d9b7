using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

/// <summary>Runs a number of pods that each keep their name, their place in an order and their storage.</summary>
public sealed partial record StatefulSet : KubernetesObject
{
    /// <summary>What should run.</summary>
    [Field(2)]
    public StatefulSetSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How far it has got.</summary>
    [Field(3)]
    public StatefulSetStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a StatefulSet should run, and how it changes over.</summary>
public sealed partial record StatefulSetSpec
{
    /// <summary>How many pods; 1 by default.</summary>
    [Field(1)]
    public int? Replicas { get; init; }

    /// <summary>Which pods are its own; must match the template's labels and cannot be changed.</summary>
    [Field(2, Required = true)]
    public LabelSelector? Selector { get; init; }

    /// <summary>What its pods are made from; each is called after the set and its number, as in "db-0".</summary>
    [Field(3, Required = true)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();

    /// <summary>Claims that every pod gets one of, which it keeps when it is replaced.</summary>
    [Field(4)]
    public ValueList<PersistentVolumeClaim> VolumeClaimTemplates { get; init; }

    /// <summary>The service that gives its pods names in DNS; it must be there before the set.</summary>
    [Field(5)]
    public string? ServiceName { get; init; }

    /// <summary>OrderedReady (the default), which makes and removes one pod after the other, or Parallel.</summary>
    [Field(6)]
    public string? PodManagementPolicy { get; init; }

    /// <summary>How pods of an older template are replaced.</summary>
    [Field(7)]
    public StatefulSetUpdateStrategy UpdateStrategy { get; init => field = value ?? new(); } = new();

    /// <summary>How many former templates are kept to go back to; 10 by default.</summary>
    [Field(8)]
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>Seconds that a new pod must stay ready to count as available; 0 by default.</summary>
    [Field(9)]
    public int MinReadySeconds { get; init; }

    /// <summary>What becomes of the claims when their pod or the set is gone; they are kept by default.</summary>
    [Field(10)]
    public StatefulSetPersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; init; }

    /// <summary>How the pods are numbered; from 0 by default.</summary>
    [Field(11)]
    public StatefulSetOrdinals? Ordinals { get; init; }
}

/// <summary>How pods of an older template are replaced.</summary>
public sealed partial record StatefulSetUpdateStrategy
{
    /// <summary>RollingUpdate (the default), or OnDelete, which waits for someone to delete them.</summary>
    [Field(1)]
    public string? Type { get; init; }

    /// <summary>The pace, where type is RollingUpdate.</summary>
    [Field(2)]
    public RollingUpdateStatefulSetStrategy? RollingUpdate { get; init; }
}

/// <summary>The values of StatefulSetUpdateStrategyType.</summary>
public static class StatefulSetUpdateStrategyType
{
    public const string RollingUpdate = "RollingUpdate";
    public const string OnDelete = "OnDelete";
}

/// <summary>Which pods are changed over, and how many at once.</summary>
public sealed partial record RollingUpdateStatefulSetStrategy
{
    /// <summary>Pods with a lower number stay as they are; 0 by default.</summary>
    [Field(1)]
    public int? Partition { get; init; }

    /// <summary>Pods that may be down at a time, as a number or a share of replicas (rounded up); 1 by default.</summary>
    [Field(2)]
    public IntOrString? MaxUnavailable { get; init; }
}

/// <summary>What becomes of claims that were made from the set's templates.</summary>
public sealed partial record StatefulSetPersistentVolumeClaimRetentionPolicy
{
    /// <summary>When the set is deleted: Retain (the default) or Delete.</summary>
    [Field(1)]
    public string? WhenDeleted { get; init; }

    /// <summary>When there are to be fewer pods: Retain (the default) or Delete.</summary>
    [Field(2)]
    public string? WhenScaled { get; init; }
}

/// <summary>The values of PersistentVolumeClaimRetentionPolicyType.</summary>
public static class PersistentVolumeClaimRetentionPolicyType
{
    public const string Retain = "Retain";
    public const string Delete = "Delete";
}

/// <summary>The values of PodManagementPolicyType.</summary>
public static class PodManagementPolicyType
{
    public const string OrderedReady = "OrderedReady";
    public const string Parallel = "Parallel";
}

/// <summary>How the pods of a StatefulSet are numbered.</summary>
public sealed partial record StatefulSetOrdinals
{
    /// <summary>The number of the first pod; 0 by default.</summary>
    [Field(1)]
    public int Start { get; init; }
}

/// <summary>How far a StatefulSet has got.</summary>
public sealed partial record StatefulSetStatus
{
    /// <summary>The generation that these numbers were counted for.</summary>
    [Field(1)]
    public long ObservedGeneration { get; init; }

    /// <summary>Its pods.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Replicas { get; init; }

    /// <summary>Those that are ready.</summary>
    [Field(3)]
    public int ReadyReplicas { get; init; }

    /// <summary>Those of the template that a change began from.</summary>
    [Field(4)]
    public int CurrentReplicas { get; init; }

    /// <summary>Those of the newest template.</summary>
    [Field(5)]
    public int UpdatedReplicas { get; init; }

    /// <summary>The revision of the template that a change began from.</summary>
    [Field(6)]
    public string? CurrentRevision { get; init; }

    /// <summary>The revision of the newest template.</summary>
    [Field(7)]
    public string? UpdateRevision { get; init; }

    /// <summary>How often the name of a revision was taken already; part of the next name's hash.</summary>
    [Field(9)]
    public int? CollisionCount { get; init; }

    /// <summary>What else is known of the state.</summary>
    [Field(10, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<StatefulSetCondition> Conditions { get; init; }

    /// <summary>Those that have been ready for minReadySeconds.</summary>
    [Field(11)]
    public int AvailableReplicas { get; init; }
}

/// <summary>One thing that can be said of a StatefulSet's state.</summary>
public sealed partial record StatefulSetCondition
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
