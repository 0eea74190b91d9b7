using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

/// <summary>Runs a number of equal pods and changes them over to a new template step by step.</summary>
public sealed partial record Deployment : KubernetesObject
{
    /// <summary>What should run.</summary>
    [Field(2)]
    public DeploymentSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How far it has got.</summary>
    [Field(3)]
    public DeploymentStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a Deployment should run, and how it changes over.</summary>
public sealed partial record DeploymentSpec
{
    /// <summary>How many pods; 1 by default.</summary>
    [Field(1)]
    public int? Replicas { get; init; }

    /// <summary>Which pods are its own; must match the template's labels and cannot be changed.</summary>
    [Field(2, Required = true)]
    public LabelSelector? Selector { get; init; }

    /// <summary>What its pods are made from; a change of it starts a rollout.</summary>
    [Field(3, Required = true)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();

    /// <summary>How pods of an older template are replaced.</summary>
    [Field(4, RetainKeys = true)]
    public DeploymentStrategy Strategy { get; init => field = value ?? new(); } = new();

    /// <summary>Seconds that a new pod must stay ready to count as available; 0 by default.</summary>
    [Field(5)]
    public int MinReadySeconds { get; init; }

    /// <summary>How many former ReplicaSets are kept to go back to; 10 by default.</summary>
    [Field(6)]
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>While true, a changed template waits.</summary>
    [Field(7)]
    public bool Paused { get; init; }

    /// <summary>Seconds without progress after which a rollout is said to have failed; 600 by default.</summary>
    [Field(9)]
    public int? ProgressDeadlineSeconds { get; init; }
}

/// <summary>How pods of an older template are replaced.</summary>
public sealed partial record DeploymentStrategy
{
    /// <summary>RollingUpdate (the default), or Recreate, which ends all old pods before the first new one.</summary>
    [Field(1)]
    public string? Type { get; init; }

    /// <summary>The pace, where type is RollingUpdate.</summary>
    [Field(2)]
    public RollingUpdateDeployment? RollingUpdate { get; init; }
}

/// <summary>The values of DeploymentStrategyType.</summary>
public static class DeploymentStrategyType
{
    public const string Recreate = "Recreate";
    public const string RollingUpdate = "RollingUpdate";
}

/// <summary>How far a rollout may go below and above the wished number of pods.</summary>
public sealed partial record RollingUpdateDeployment
{
    /// <summary>Pods that may be missing, as a number or a share of replicas (rounded down); 25% by default.</summary>
    [Field(1)]
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Pods that may be too many, as a number or a share of replicas (rounded up); 25% by default.</summary>
    [Field(2)]
    public IntOrString? MaxSurge { get; init; }
}

/// <summary>How far a Deployment has got.</summary>
public sealed partial record DeploymentStatus
{
    /// <summary>The generation that these numbers were counted for.</summary>
    [Field(1)]
    public long ObservedGeneration { get; init; }

    /// <summary>Its pods, old and new, that are not ending.</summary>
    [Field(2)]
    public int Replicas { get; init; }

    /// <summary>Those of the newest template.</summary>
    [Field(3)]
    public int UpdatedReplicas { get; init; }

    /// <summary>Those that are ready.</summary>
    [Field(7)]
    public int ReadyReplicas { get; init; }

    /// <summary>Those that have been ready for minReadySeconds.</summary>
    [Field(4)]
    public int AvailableReplicas { get; init; }

    /// <summary>How many more must become available.</summary>
    [Field(5)]
    public int UnavailableReplicas { get; init; }

    /// <summary>Pods that are on their way out.</summary>
    [Field(9)]
    public int? TerminatingReplicas { get; init; }

    /// <summary>Whether it is available, and whether its rollout gets on.</summary>
    [Field(6, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<DeploymentCondition> Conditions { get; init; }

    /// <summary>How often the name of a ReplicaSet was taken already; part of the next name's hash.</summary>
    [Field(8)]
    public int? CollisionCount { get; init; }
}

/// <summary>One thing that can be said of a Deployment's state.</summary>
public sealed partial record DeploymentCondition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When it was last looked at with something new to say.</summary>
    [Field(6)]
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>When status last changed.</summary>
    [Field(7)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(5)]
    public string? Message { get; init; }
}

/// <summary>The values of DeploymentConditionType.</summary>
public static class DeploymentConditionType
{
    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string ReplicaFailure = "ReplicaFailure";
}
