using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record LocalObjectReference
{
    [Field(1)]
    public string? Name { get; init; }
}
