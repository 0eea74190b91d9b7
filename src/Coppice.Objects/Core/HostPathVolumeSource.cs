using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A file or directory of the node: what writes to it can harm the node.</summary>
public sealed partial record HostPathVolumeSource
{
    /// <summary>The path on the node.</summary>
    [Field(1, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// What must be there, or is made: such as Directory, DirectoryOrCreate, File or Socket; unchecked where it is empty.
    /// </summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Type { get; init; }
}

/// <summary>The values of HostPathType.</summary>
public static class HostPathType
{
    public const string None = "";
    public const string DirectoryOrCreate = "DirectoryOrCreate";
    public const string Directory = "Directory";
    public const string FileOrCreate = "FileOrCreate";
    public const string File = "File";
    public const string Socket = "Socket";
    public const string CharDevice = "CharDevice";
    public const string BlockDevice = "BlockDevice";
}
