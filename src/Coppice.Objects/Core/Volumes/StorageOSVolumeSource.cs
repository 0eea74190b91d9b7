using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record StorageOSVolumeSource
{
    [Field(1)]
    public string? VolumeName { get; init; }

    [Field(2)]
    public string? VolumeNamespace { get; init; }

    [Field(3)]
    public string? FsType { get; init; }

    [Field(4)]
    public bool ReadOnly { get; init; }

    [Field(5)]
    public LocalObjectReference? SecretRef { get; init; }
}
