using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

public sealed record Deployment : KubernetesObject
{
    [Field(2)]
    public DeploymentSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public DeploymentStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record DeploymentSpec
{
    [Field(1)]
    public int? Replicas { get; init; }

    [Field(2, Required = true)]
    public LabelSelector? Selector { get; init; }

    [Field(3, Required = true)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();

    [Field(4, RetainKeys = true)]
    public DeploymentStrategy Strategy { get; init => field = value ?? new(); } = new();

    [Field(5)]
    public int MinReadySeconds { get; init; }

    [Field(6)]
    public int? RevisionHistoryLimit { get; init; }

    [Field(7)]
    public bool Paused { get; init; }

    [Field(9)]
    public int? ProgressDeadlineSeconds { get; init; }
}

public sealed record DeploymentStrategy
{
    [Field(1)]
    public string? Type { get; init; }

    [Field(2)]
    public RollingUpdateDeployment? RollingUpdate { get; init; }
}

/// <summary>The values of DeploymentStrategyType.</summary>
public static class DeploymentStrategyType
{
    public const string Recreate = "Recreate";
    public const string RollingUpdate = "RollingUpdate";
}

public sealed record RollingUpdateDeployment
{
    [Field(1)]
    public IntOrString? MaxUnavailable { get; init; }

    [Field(2)]
    public IntOrString? MaxSurge { get; init; }
}

public sealed record DeploymentStatus
{
    [Field(1)]
    public long ObservedGeneration { get; init; }

    [Field(2)]
    public int Replicas { get; init; }

    [Field(3)]
    public int UpdatedReplicas { get; init; }

    [Field(7)]
    public int ReadyReplicas { get; init; }

    [Field(4)]
    public int AvailableReplicas { get; init; }

    [Field(5)]
    public int UnavailableReplicas { get; init; }

    [Field(9)]
    public int? TerminatingReplicas { get; init; }

    [Field(6, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<DeploymentCondition> Conditions { get; init; }

    [Field(8)]
    public int? CollisionCount { get; init; }
}

public sealed record DeploymentCondition
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    [Field(6)]
    public DateTimeOffset? LastUpdateTime { get; init; }

    [Field(7)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Field(4)]
    public string? Reason { get; init; }

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
