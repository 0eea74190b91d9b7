using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ConfigMapKeySelector
{
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    [Field(2, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public bool? Optional { get; init; }
}
