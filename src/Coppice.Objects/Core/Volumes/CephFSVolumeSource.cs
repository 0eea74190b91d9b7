using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record CephFSVolumeSource
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Monitors { get; init; }

    [Field(2)]
    public string? Path { get; init; }

    [Field(3)]
    public string? User { get; init; }

    [Field(4)]
    public string? SecretFile { get; init; }

    [Field(5)]
    public LocalObjectReference? SecretRef { get; init; }

    [Field(6)]
    public bool ReadOnly { get; init; }
}
