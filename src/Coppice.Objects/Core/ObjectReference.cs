using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ObjectReference
{
    [Field(1)]
    public string? Kind { get; init; }

    [Field(2)]
    public string? Namespace { get; init; }

    [Field(3)]
    public string? Name { get; init; }

    [Field(4)]
    public string? Uid { get; init; }

    [Field(5)]
    public string? ApiVersion { get; init; }

    [Field(6)]
    public string? ResourceVersion { get; init; }

    [Field(7)]
    public string? FieldPath { get; init; }
}
