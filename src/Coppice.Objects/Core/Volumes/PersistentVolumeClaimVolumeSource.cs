using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record PersistentVolumeClaimVolumeSource
{
    [Field(1, Required = true)]
    public string ClaimName { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public bool ReadOnly { get; init; }
}
