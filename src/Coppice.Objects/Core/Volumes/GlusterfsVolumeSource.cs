using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record GlusterfsVolumeSource
{
    [Field(1, Required = true)]
    public string Endpoints { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public bool ReadOnly { get; init; }
}
