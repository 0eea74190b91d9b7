using System.Text.Json.Serialization;

namespace Coppice.Objects.Meta;

public sealed record DeleteOptions
{
    [Field(0)]
    public string? ApiVersion { get; init; }

    [Field(0)]
    public string? Kind { get; init; }

    [Field(1)]
    public long? GracePeriodSeconds { get; init; }

    [Field(2)]
    public Preconditions? Preconditions { get; init; }

    [Field(3)]
    public bool? OrphanDependents { get; init; }

    [Field(4)]
    public string? PropagationPolicy { get; init; }

    [Field(5)]
    public ValueList<string> DryRun { get; init; }

    [Field(6)]
    public bool? IgnoreStoreReadErrorWithClusterBreakingPotential { get; init; }
}

public sealed record Preconditions
{
    [Field(1)]
    public string? Uid { get; init; }

    [Field(2)]
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
