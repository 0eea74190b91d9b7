using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record GCEPersistentDiskVolumeSource
{
    [Field(1, Required = true)]
    public string PdName { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? FsType { get; init; }

    [Field(3)]
    public int Partition { get; init; }

    [Field(4)]
    public bool ReadOnly { get; init; }
}
