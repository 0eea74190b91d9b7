using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A StorageOS volume.</summary>
public sealed partial record StorageOSVolumeSource
{
    /// <summary>The volume.</summary>
    [Field(1)]
    public string? VolumeName { get; init; }

    /// <summary>Where it is; the pod's namespace by default.</summary>
    [Field(2)]
    public string? VolumeNamespace { get; init; }

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(3)]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(4)]
    public bool ReadOnly { get; init; }

    /// <summary>The Secret to log in with.</summary>
    [Field(5)]
    public LocalObjectReference? SecretRef { get; init; }
}
