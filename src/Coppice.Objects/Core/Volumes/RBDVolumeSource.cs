using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record RBDVolumeSource
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Monitors { get; init; }

    [Field(2, Required = true)]
    public string Image { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public string? FsType { get; init; }

    [Field(4, Default = "rbd")]
    public string? Pool { get; init; }

    [Field(5, Default = "admin")]
    public string? User { get; init; }

    [Field(6, Default = "/etc/ceph/keyring")]
    public string? Keyring { get; init; }

    [Field(7)]
    public LocalObjectReference? SecretRef { get; init; }

    [Field(8)]
    public bool ReadOnly { get; init; }
}
