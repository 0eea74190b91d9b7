using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record QuobyteVolumeSource
{
    [Field(1, Required = true)]
    public string Registry { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Volume { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public bool ReadOnly { get; init; }

    [Field(4)]
    public string? User { get; init; }

    [Field(5)]
    public string? Group { get; init; }

    [Field(6)]
    public string? Tenant { get; init; }
}
