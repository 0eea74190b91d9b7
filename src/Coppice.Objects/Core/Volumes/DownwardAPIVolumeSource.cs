using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record DownwardAPIVolumeSource
{
    [Field(1)]
    public ValueList<DownwardAPIVolumeFile> Items { get; init; }

    [Field(2)]
    public int? DefaultMode { get; init; }
}

public sealed record DownwardAPIVolumeFile
{
    [Field(1, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public ObjectFieldSelector? FieldRef { get; init; }

    [Field(3)]
    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    [Field(4)]
    public int? Mode { get; init; }
}
