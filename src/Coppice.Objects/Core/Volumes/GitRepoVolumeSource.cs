using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record GitRepoVolumeSource
{
    [Field(1, Required = true)]
    public string Repository { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? Revision { get; init; }

    [Field(3)]
    public string? Directory { get; init; }
}
