using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Coordination;

public sealed record Lease : KubernetesObject
{
    [Field(2)]
    public LeaseSpec Spec { get; init => field = value ?? new(); } = new();
}

public sealed record LeaseSpec
{
    [Field(1)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? HolderIdentity { get; init; }

    [Field(2)]
    public int? LeaseDurationSeconds { get; init; }

    [Field(3)]
    public MicroTime? AcquireTime { get; init; }

    [Field(4)]
    public MicroTime? RenewTime { get; init; }

    [Field(5)]
    public int? LeaseTransitions { get; init; }

    [Field(6)]
    public string? Strategy { get; init; }

    [Field(7)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? PreferredHolder { get; init; }
}

/// <summary>The values of CoordinatedLeaseStrategy.</summary>
public static class CoordinatedLeaseStrategy
{
    public const string OldestEmulationVersion = "OldestEmulationVersion";
}
