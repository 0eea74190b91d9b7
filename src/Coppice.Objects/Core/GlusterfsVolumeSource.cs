using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A Gluster volume.</summary>
public sealed partial record GlusterfsVolumeSource
{
    /// <summary>The Endpoints object with the servers' addresses.</summary>
    [Field(1, Required = true)]
    public string Endpoints { get; init => field = value ?? ""; } = "";

    /// <summary>The volume.</summary>
    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }
}
