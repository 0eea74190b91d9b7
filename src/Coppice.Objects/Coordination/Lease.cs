using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Coordination;

/// <summary>Says who holds something, and until when; nodes and leaders renew theirs to show that they live.</summary>
public sealed partial record Lease : KubernetesObject
{
    /// <summary>Who holds it, and since when.</summary>
    [Field(2)]
    public LeaseSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>Who holds a lease, and until when.</summary>
public sealed partial record LeaseSpec
{
    /// <summary>The holder.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? HolderIdentity { get; init; }

    /// <summary>Seconds after renewTime at which others may take it.</summary>
    [Field(2)]
    public int? LeaseDurationSeconds { get; init; }

    /// <summary>When the holder took it.</summary>
    [Field(3, Pointer = true)]
    public MicroTime? AcquireTime { get; init; }

    /// <summary>When the holder was last heard of.</summary>
    [Field(4, Pointer = true)]
    public MicroTime? RenewTime { get; init; }

    /// <summary>How often it went from one holder to another.</summary>
    [Field(5)]
    public int? LeaseTransitions { get; init; }

    /// <summary>How the next holder is chosen, where the lease is given by a coordinator.</summary>
    [Field(6, Pointer = true)]
    public string? Strategy { get; init; }

    /// <summary>To whom the holder should hand it over.</summary>
    [Field(7, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? PreferredHolder { get; init; }
}

/// <summary>The values of CoordinatedLeaseStrategy.</summary>
public static class CoordinatedLeaseStrategy
{
    public const string OldestEmulationVersion = "OldestEmulationVersion";
}
