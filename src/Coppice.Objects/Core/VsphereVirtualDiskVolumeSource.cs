using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A disk of vSphere, attached to the node.</summary>
public sealed partial record VsphereVirtualDiskVolumeSource
{
    /// <summary>The disk's path.</summary>
    [Field(1, Required = true)]
    public string VolumePath { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(2)]
    public string? FsType { get; init; }

    /// <summary>The storage policy that it was made with.</summary>
    [Field(3)]
    public string? StoragePolicyName { get; init; }

    /// <summary>That policy's identity.</summary>
    [Field(4)]
    public string? StoragePolicyID { get; init; }
}
