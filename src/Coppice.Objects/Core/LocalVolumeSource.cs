using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A disk or directory that belongs to one node.</summary>
public sealed partial record LocalVolumeSource
{
    /// <summary>The path on the node.</summary>
    [Field(1, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>The file system to put on an empty disk; ext4 by default.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? FsType { get; init; }
}
