using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A disk of Photon.</summary>
public sealed partial record PhotonPersistentDiskVolumeSource
{
    /// <summary>The disk.</summary>
    [Field(1, Required = true)]
    public string PdID { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(2)]
    public string? FsType { get; init; }
}
