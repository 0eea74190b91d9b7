using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A disk on Fibre Channel.</summary>
public sealed partial record FCVolumeSource
{
    /// <summary>World wide names of the targets.</summary>
    [Field(1)]
    public ValueList<string> TargetWWNs { get; init; }

    /// <summary>Number of the disk at the target.</summary>
    [Field(2)]
    public int? Lun { get; init; }

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(3)]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(4)]
    public bool ReadOnly { get; init; }

    /// <summary>World wide identifiers of the disk, instead of targets and number.</summary>
    [Field(5)]
    public ValueList<string> Wwids { get; init; }
}
