using System.Text.Json.Serialization;

namespace Coppice.Objects.Meta;

/// <summary>How an object is to be deleted.</summary>
public sealed partial record DeleteOptions
{
    /// <summary>Group and version, when it is sent as a body.</summary>
    [Field(0)]
    public string? ApiVersion { get; init; }

    /// <summary>DeleteOptions, when it is sent as a body.</summary>
    [Field(0)]
    public string? Kind { get; init; }

    /// <summary>Seconds to end in order; 0 deletes at once, and absent takes the kind's own period.</summary>
    [Field(1)]
    public long? GracePeriodSeconds { get; init; }

    /// <summary>What must be true of the object, or the deletion is refused with a conflict.</summary>
    [Field(2)]
    public Preconditions? Preconditions { get; init; }

    /// <summary>Older form of propagationPolicy: true leaves what the object owns.</summary>
    [Field(3)]
    public bool? OrphanDependents { get; init; }

    /// <summary>What becomes of what the object owns: Orphan, Background or Foreground.</summary>
    [Field(4, Pointer = true)]
    public string? PropagationPolicy { get; init; }

    /// <summary>With the value All, everything is checked and nothing is deleted.</summary>
    [Field(5)]
    public ValueList<string> DryRun { get; init; }

    /// <summary>Deletes an object even when its stored form can no longer be read.</summary>
    [Field(6)]
    public bool? IgnoreStoreReadErrorWithClusterBreakingPotential { get; init; }
}

/// <summary>What must be true of an object before something is done to it.</summary>
public sealed partial record Preconditions
{
    /// <summary>The object must have this uid.</summary>
    [Field(1, Pointer = true)]
    public string? Uid { get; init; }

    /// <summary>The object must still be at this revision.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ResourceVersion { get; init; }
}

/// <summary>The values of DeletionPropagation.</summary>
public static class DeletionPropagation
{
    public const string Orphan = "Orphan";
    public const string Background = "Background";
    public const string Foreground = "Foreground";
}
