using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record NFSVolumeSource
{
    [Field(1, Required = true)]
    public string Server { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public bool ReadOnly { get; init; }
}
