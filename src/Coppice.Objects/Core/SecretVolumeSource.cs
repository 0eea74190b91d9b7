using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>The keys of a Secret as files in memory, renewed when it changes.</summary>
public sealed partial record SecretVolumeSource
{
    /// <summary>The Secret's name.</summary>
    [Field(1)]
    public string? SecretName { get; init; }

    /// <summary>Which keys, and where; all of them under their own names where it is empty.</summary>
    [Field(2)]
    public ValueList<KeyToPath> Items { get; init; }

    /// <summary>Permissions of the files; 0644 by default.</summary>
    [Field(3)]
    public int? DefaultMode { get; init; }

    /// <summary>Whether the Secret or its keys may be missing.</summary>
    [Field(4)]
    public bool? Optional { get; init; }
}
