using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record VsphereVirtualDiskVolumeSource
{
    [Field(1, Required = true)]
    public string VolumePath { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? FsType { get; init; }

    [Field(3)]
    public string? StoragePolicyName { get; init; }

    [Field(4)]
    public string? StoragePolicyID { get; init; }
}
