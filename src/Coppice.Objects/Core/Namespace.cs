using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A room for names, to which rights and limits can be given; deleting it deletes all that is in it.</summary>
public sealed partial record Namespace : KubernetesObject
{
    /// <summary>What holds its deletion back.</summary>
    [Field(2)]
    public NamespaceSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>Whether it is in use or on its way out.</summary>
    [Field(3)]
    public NamespaceStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What holds a namespace's deletion back.</summary>
public sealed partial record NamespaceSpec
{
    /// <summary>The namespace goes when this list is empty; kubernetes stands for its contents.</summary>
    [Field(1)]
    public ValueList<string> Finalizers { get; init; }
}

/// <summary>The values of FinalizerName.</summary>
public static class FinalizerName
{
    public const string Kubernetes = "kubernetes";
}

/// <summary>Whether a namespace is in use.</summary>
public sealed partial record NamespaceStatus
{
    /// <summary>Active or Terminating.</summary>
    [Field(1)]
    public string? Phase { get; init; }

    /// <summary>What is still in the way of its deletion.</summary>
    [Field(2, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<NamespaceCondition> Conditions { get; init; }
}

/// <summary>The values of NamespacePhase.</summary>
public static class NamespacePhase
{
    public const string Active = "Active";
    public const string Terminating = "Terminating";
}

/// <summary>One thing that can be said of a namespace's deletion.</summary>
public sealed partial record NamespaceCondition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When status last changed.</summary>
    [Field(4)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(5)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
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
