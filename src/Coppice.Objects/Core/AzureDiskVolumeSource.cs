using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A disk of Azure, attached to the node.</summary>
public sealed partial record AzureDiskVolumeSource
{
    /// <summary>The disk's name.</summary>
    [Field(1, Required = true)]
    public string DiskName { get; init => field = value ?? ""; } = "";

    /// <summary>The disk's address.</summary>
    [Field(2, Required = true)]
    public string DiskURI { get; init => field = value ?? ""; } = "";

    /// <summary>None, ReadOnly or ReadWrite.</summary>
    [Field(3, Default = "ref(AzureDataDiskCachingReadWrite)", Pointer = true)]
    public string? CachingMode { get; init; }

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(4, Default = "ext4", Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(5, Default = "false")]
    public bool? ReadOnly { get; init; }

    /// <summary>Shared, Dedicated or Managed.</summary>
    [Field(6, Default = "ref(AzureSharedBlobDisk)", Pointer = true)]
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
