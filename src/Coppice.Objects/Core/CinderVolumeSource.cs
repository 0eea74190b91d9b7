using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A disk of OpenStack, attached to the node.</summary>
public sealed partial record CinderVolumeSource
{
    /// <summary>The disk.</summary>
    [Field(1, Required = true)]
    public string VolumeID { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(2)]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }

    /// <summary>A Secret with what is needed to reach OpenStack.</summary>
    [Field(4)]
    public LocalObjectReference? SecretRef { get; init; }
}
