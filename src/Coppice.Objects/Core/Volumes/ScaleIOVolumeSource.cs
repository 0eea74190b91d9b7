using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ScaleIOVolumeSource
{
    [Field(1, Required = true)]
    public string Gateway { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string System { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    public LocalObjectReference? SecretRef { get; init; }

    [Field(4)]
    public bool SslEnabled { get; init; }

    [Field(5)]
    public string? ProtectionDomain { get; init; }

    [Field(6)]
    public string? StoragePool { get; init; }

    [Field(7, Default = "ThinProvisioned")]
    public string? StorageMode { get; init; }

    [Field(8)]
    public string? VolumeName { get; init; }

    [Field(9, Default = "xfs")]
    public string? FsType { get; init; }

    [Field(10)]
    public bool ReadOnly { get; init; }
}
