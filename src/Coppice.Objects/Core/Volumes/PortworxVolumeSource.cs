using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record PortworxVolumeSource
{
    [Field(1, Required = true)]
    public string VolumeID { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? FsType { get; init; }

    [Field(3)]
    public bool ReadOnly { get; init; }
}
