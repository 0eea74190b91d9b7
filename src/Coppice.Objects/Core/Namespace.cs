using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Namespace : KubernetesObject
{
    [Field(2)]
    public NamespaceSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public NamespaceStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record NamespaceSpec
{
    [Field(1)]
    public ValueList<string> Finalizers { get; init; }
}

/// <summary>The values of FinalizerName.</summary>
public static class FinalizerName
{
    public const string Kubernetes = "kubernetes";
}

public sealed record NamespaceStatus
{
    [Field(1)]
    public string? Phase { get; init; }

    [Field(2, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<NamespaceCondition> Conditions { get; init; }
}

/// <summary>The values of NamespacePhase.</summary>
public static class NamespacePhase
{
    public const string Active = "Active";
    public const string Terminating = "Terminating";
}

public sealed record NamespaceCondition
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    [Field(4)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Field(5)]
    public string? Reason { get; init; }

    [Field(6)]
    public string? Message { get; init; }
}

/// <summary>The values of NamespaceConditionType.</summary>
public static class NamespaceConditionType
{
    public const string NamespaceDeletionDiscoveryFailure = "NamespaceDeletionDiscoveryFailure";
    public const string NamespaceDeletionContentFailure = "NamespaceDeletionContentFailure";
    public const string NamespaceDeletionGroupVersionParsingFailure = "NamespaceDeletionGroupVersionParsingFailure";
    public const string NamespaceContentRemaining = "NamespaceContentRemaining";
    public const string NamespaceFinalizersRemaining = "NamespaceFinalizersRemaining";
}
