using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ImageVolumeSource
{
    [Field(1)]
    public string? Reference { get; init; }

    [Field(2)]
    public string? PullPolicy { get; init; }
}
