using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record FlexVolumeSource
{
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? FsType { get; init; }

    [Field(3)]
    public LocalObjectReference? SecretRef { get; init; }

    [Field(4)]
    public bool ReadOnly { get; init; }

    [Field(5)]
    public ValueMap<string> Options { get; init; }
}
