using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record PhotonPersistentDiskVolumeSource
{
    [Field(1, Required = true)]
    public string PdID { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? FsType { get; init; }
}
