using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record FCVolumeSource
{
    [Field(1)]
    public ValueList<string> TargetWWNs { get; init; }

    [Field(2)]
    public int? Lun { get; init; }

    [Field(3)]
    public string? FsType { get; init; }

    [Field(4)]
    public bool ReadOnly { get; init; }

    [Field(5)]
    public ValueList<string> Wwids { get; init; }
}
