using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record SecretVolumeSource
{
    [Field(1)]
    public string? SecretName { get; init; }

    [Field(2)]
    public ValueList<KeyToPath> Items { get; init; }

    [Field(3)]
    public int? DefaultMode { get; init; }

    [Field(4)]
    public bool? Optional { get; init; }
}
