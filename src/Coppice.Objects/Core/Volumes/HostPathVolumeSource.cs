using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record HostPathVolumeSource
{
    [Field(1, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    [Field(2)]
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
