using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record FlockerVolumeSource
{
    [Field(1)]
    public string? DatasetName { get; init; }

    [Field(2)]
    public string? DatasetUUID { get; init; }
}
