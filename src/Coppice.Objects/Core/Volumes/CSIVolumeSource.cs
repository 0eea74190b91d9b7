using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record CSIVolumeSource
{
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public bool? ReadOnly { get; init; }

    [Field(3)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? FsType { get; init; }

    [Field(4)]
    public ValueMap<string> VolumeAttributes { get; init; }

    [Field(5)]
    public LocalObjectReference? NodePublishSecretRef { get; init; }
}
