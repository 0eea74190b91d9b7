using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ConfigMapVolumeSource
{
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    [Field(2)]
    public ValueList<KeyToPath> Items { get; init; }

    [Field(3)]
    public int? DefaultMode { get; init; }

    [Field(4)]
    public bool? Optional { get; init; }
}

public sealed record KeyToPath
{
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public int? Mode { get; init; }
}
