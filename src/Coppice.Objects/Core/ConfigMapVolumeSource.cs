using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>The keys of a ConfigMap as files, renewed when it changes.</summary>
public sealed partial record ConfigMapVolumeSource
{
    /// <summary>The ConfigMap's name.</summary>
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    /// <summary>Which keys, and where; all of them under their own names where it is empty.</summary>
    [Field(2)]
    public ValueList<KeyToPath> Items { get; init; }

    /// <summary>Permissions of the files; 0644 by default.</summary>
    [Field(3)]
    public int? DefaultMode { get; init; }

    /// <summary>Whether the ConfigMap or its keys may be missing.</summary>
    [Field(4)]
    public bool? Optional { get; init; }
}

/// <summary>Where a key appears as a file.</summary>
public sealed partial record KeyToPath
{
    /// <summary>The key.</summary>
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>The file, below the volume's top.</summary>
    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>The file's permissions; the volume's defaultMode where it is absent.</summary>
    [Field(3)]
    public int? Mode { get; init; }
}
