using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ISCSIVolumeSource
{
    [Field(1, Required = true)]
    public string TargetPortal { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Iqn { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Lun { get; init; }

    [Field(4, Default = "default")]
    public string? IscsiInterface { get; init; }

    [Field(5)]
    public string? FsType { get; init; }

    [Field(6)]
    public bool ReadOnly { get; init; }

    [Field(7)]
    public ValueList<string> Portals { get; init; }

    [Field(8)]
    public bool ChapAuthDiscovery { get; init; }

    [Field(11)]
    public bool ChapAuthSession { get; init; }

    [Field(10)]
    public LocalObjectReference? SecretRef { get; init; }

    [Field(12)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? InitiatorName { get; init; }
}
