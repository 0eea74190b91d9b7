using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record CinderVolumeSource
{
    [Field(1, Required = true)]
    public string VolumeID { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? FsType { get; init; }

    [Field(3)]
    public bool ReadOnly { get; init; }

    [Field(4)]
    public LocalObjectReference? SecretRef { get; init; }
}
