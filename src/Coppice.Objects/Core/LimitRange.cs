using System.Text.Json.Serialization;

namespace Coppice.Objects.Core;

/// <summary>Sets bounds and defaults for what each pod, container or claim of a namespace asks for.</summary>
public sealed partial record LimitRange : KubernetesObject
{
    /// <summary>The bounds.</summary>
    [Field(2)]
    public LimitRangeSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>The bounds of a LimitRange.</summary>
public sealed partial record LimitRangeSpec
{
    /// <summary>One entry for each type of what is bounded.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<LimitRangeItem> Limits { get; init; }
}

/// <summary>The bounds for one type of what is bounded.</summary>
public sealed partial record LimitRangeItem
{
    /// <summary>What is bounded: Pod, Container or PersistentVolumeClaim.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The most of each resource.</summary>
    [Field(2)]
    public ValueMap<Quantity> Max { get; init; }

    /// <summary>The least of each resource.</summary>
    [Field(3)]
    public ValueMap<Quantity> Min { get; init; }

    /// <summary>The limits of a container that names none.</summary>
    [Field(4)]
    public ValueMap<Quantity> Default { get; init; }

    /// <summary>The requests of a container that names none.</summary>
    [Field(5)]
    public ValueMap<Quantity> DefaultRequest { get; init; }

    /// <summary>How many times its request a limit may be at most.</summary>
    [Field(6)]
    public ValueMap<Quantity> MaxLimitRequestRatio { get; init; }
}

/// <summary>The values of LimitType.</summary>
public static class LimitType
{
    public const string Pod = "Pod";
    public const string Container = "Container";
    public const string PersistentVolumeClaim = "PersistentVolumeClaim";
}
