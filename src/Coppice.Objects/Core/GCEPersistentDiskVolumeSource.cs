using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A disk of Google Compute Engine, attached to the node.</summary>
public sealed partial record GCEPersistentDiskVolumeSource
{
    /// <summary>The disk.</summary>
    [Field(1, Required = true)]
    public string PdName { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(2)]
    public string? FsType { get; init; }

    /// <summary>The partition; 0 for the whole disk.</summary>
    [Field(3)]
    public int Partition { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(4)]
    public bool ReadOnly { get; init; }
}
