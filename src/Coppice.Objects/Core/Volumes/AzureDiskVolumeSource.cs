using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record AzureDiskVolumeSource
{
    [Field(1, Required = true)]
    public string DiskName { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string DiskURI { get; init => field = value ?? ""; } = "";

    [Field(3, Default = "ref(AzureDataDiskCachingReadWrite)")]
    public string? CachingMode { get; init; }

    [Field(4, Default = "ext4")]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? FsType { get; init; }

    [Field(5, Default = "false")]
    public bool? ReadOnly { get; init; }

    [Field(6, Default = "ref(AzureSharedBlobDisk)")]
    public string? Kind { get; init; }
}

/// <summary>The values of AzureDataDiskCachingMode.</summary>
public static class AzureDataDiskCachingMode
{
    public const string None = "None";
    public const string ReadOnly = "ReadOnly";
    public const string ReadWrite = "ReadWrite";
}

/// <summary>The values of AzureDataDiskKind.</summary>
public static class AzureDataDiskKind
{
    public const string Shared = "Shared";
    public const string Dedicated = "Dedicated";
    public const string Managed = "Managed";
}
