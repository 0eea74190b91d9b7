using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A checkout of a Git repository.</summary>
public sealed partial record GitRepoVolumeSource
{
    /// <summary>The repository's address.</summary>
    [Field(1, Required = true)]
    public string Repository { get; init => field = value ?? ""; } = "";

    /// <summary>The commit.</summary>
    [Field(2)]
    public string? Revision { get; init; }

    /// <summary>Where to put it; empty makes a folder of the repository's name.</summary>
    [Field(3)]
    public string? Directory { get; init; }
}
