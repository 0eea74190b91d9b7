using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record LocalVolumeSource
{
    [Field(1, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    [Field(2)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? FsType { get; init; }
}
