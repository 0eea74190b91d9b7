using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A directory of an NFS server.</summary>
public sealed partial record NFSVolumeSource
{
    /// <summary>The server's address.</summary>
    [Field(1, Required = true)]
    public string Server { get; init => field = value ?? ""; } = "";

    /// <summary>The directory that it exports.</summary>
    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }
}
