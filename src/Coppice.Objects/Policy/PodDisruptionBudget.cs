using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Policy;

/// <summary>Keeps evictions from taking too many pods of a sort at a time.</summary>
public sealed partial record PodDisruptionBudget : KubernetesObject
{
    /// <summary>Which pods are meant, and how many must stay.</summary>
    [Field(2)]
    public PodDisruptionBudgetSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How many may be evicted just now.</summary>
    [Field(3)]
    public PodDisruptionBudgetStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Which pods a budget is for, and how many must stay.</summary>
public sealed partial record PodDisruptionBudgetSpec
{
    /// <summary>How many pods must stay, as a number or a share of those that there should be (rounded up).</summary>
    [Field(1)]
    public IntOrString? MinAvailable { get; init; }

    /// <summary>Which pods are meant; an empty one means all of the namespace, and none is meant without it.</summary>
    [Field(2)]
    public LabelSelector? Selector { get; init; }

    /// <summary>How many pods may be missing, as a number or a share of those that there should be (rounded up).</summary>
    [Field(3)]
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>When pods that are not ready may be evicted: IfHealthyBudget (the default), only while enough others are, or AlwaysAllow.</summary>
    [Field(4, Pointer = true)]
    public string? UnhealthyPodEvictionPolicy { get; init; }
}

/// <summary>What is said of a budget's state.</summary>
public static class DisruptionAllowed
{
    public const string Type = "DisruptionAllowed";
    public const string SufficientPods = "SufficientPods";
    public const string InsufficientPods = "InsufficientPods";
    public const string SyncFailed = "SyncFailed";
}

/// <summary>The values of UnhealthyPodEvictionPolicyType.</summary>
public static class UnhealthyPodEvictionPolicyType
{
    public const string IfHealthyBudget = "IfHealthyBudget";
    public const string AlwaysAllow = "AlwaysAllow";
}

/// <summary>How many of a budget's pods may be evicted just now.</summary>
public sealed partial record PodDisruptionBudgetStatus
{
    /// <summary>The generation that these numbers were counted for.</summary>
    [Field(1)]
    public long ObservedGeneration { get; init; }

    /// <summary>Pods that were let go of and are still there, by name, with the time of that.</summary>
    [Field(2)]
    public ValueMap<DateTimeOffset> DisruptedPods { get; init; }

    /// <summary>How many more pods may be evicted.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int DisruptionsAllowed { get; init; }

    /// <summary>Its pods that are ready and stay.</summary>
    [Field(4, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int CurrentHealthy { get; init; }

    /// <summary>How many must be ready.</summary>
    [Field(5, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int DesiredHealthy { get; init; }

    /// <summary>How many there should be.</summary>
    [Field(6, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int ExpectedPods { get; init; }

    /// <summary>Whether pods may be evicted, and why not.</summary>
    [Field(7, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<Condition> Conditions { get; init; }
}
