using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Autoscaling;

/// <summary>How many pods a workload has and should have, whatever its kind.</summary>
public sealed partial record Scale : KubernetesObject
{
    /// <summary>What is wished for.</summary>
    [Field(2)]
    public ScaleSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What is there.</summary>
    [Field(3)]
    public ScaleStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>The wished number.</summary>
public sealed partial record ScaleSpec
{
    /// <summary>How many pods there should be.</summary>
    [Field(1, Default = "0")]
    public int Replicas { get; init; }
}

/// <summary>The actual number.</summary>
public sealed partial record ScaleStatus
{
    /// <summary>How many pods there are.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Replicas { get; init; }

    /// <summary>Which pods are counted, in the form of a query.</summary>
    [Field(2)]
    public string? Selector { get; init; }
}
