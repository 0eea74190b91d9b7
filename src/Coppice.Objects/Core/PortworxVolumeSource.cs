using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A Portworx volume.</summary>
public sealed partial record PortworxVolumeSource
{
    /// <summary>The volume.</summary>
    [Field(1, Required = true)]
    public string VolumeID { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(2)]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }
}
