using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A volume that a CSI driver makes for one pod.</summary>
public sealed partial record CSIVolumeSource
{
    /// <summary>The driver.</summary>
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(2)]
    public bool? ReadOnly { get; init; }

    /// <summary>The file system wished for; the driver's choice where it is absent.</summary>
    [Field(3, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? FsType { get; init; }

    /// <summary>Settings that the driver knows.</summary>
    [Field(4)]
    public ValueMap<string> VolumeAttributes { get; init; }

    /// <summary>A Secret that is handed to the driver.</summary>
    [Field(5)]
    public LocalObjectReference? NodePublishSecretRef { get; init; }
}
