using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects;

/// <summary>
/// Anything the API keeps. Objects are immutable: the one that was stored is the one that everybody in the process reads.
/// </summary>
public abstract record KubernetesObject
{
    // What `kubectl explain` says of every kind: scripts look for the first words of these, so they are Kubernetes' own.

    /// <summary>APIVersion defines the group and version of the kind, as in "apps/v1"; the core group has only its version.</summary>
    [Field(0)]
    [JsonPropertyOrder(-2)]
    public string? ApiVersion { get; init; }

    /// <summary>What kind of object this is, as in "Pod".</summary>
    [Field(0)]
    [JsonPropertyOrder(-3)]
    public string? Kind { get; init; }

    /// <summary>Standard object's metadata: its name, labels and history.</summary>
    [Field(1)]
    [JsonPropertyOrder(-1)]
    public ObjectMeta Metadata { get; init => field = value ?? Absent<ObjectMeta>.Value; } = Absent<ObjectMeta>.Value;
}
