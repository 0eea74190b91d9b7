using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A ScaleIO volume.</summary>
public sealed partial record ScaleIOVolumeSource
{
    /// <summary>Address of the gateway.</summary>
    [Field(1, Required = true)]
    public string Gateway { get; init => field = value ?? ""; } = "";

    /// <summary>The system's name.</summary>
    [Field(2, Required = true)]
    public string System { get; init => field = value ?? ""; } = "";

    /// <summary>The Secret to log in with.</summary>
    [Field(3, Required = true)]
    public LocalObjectReference? SecretRef { get; init; }

    /// <summary>Speaks TLS with the gateway.</summary>
    [Field(4)]
    public bool SslEnabled { get; init; }

    /// <summary>The protection domain.</summary>
    [Field(5)]
    public string? ProtectionDomain { get; init; }

    /// <summary>The pool.</summary>
    [Field(6)]
    public string? StoragePool { get; init; }

    /// <summary>ThinProvisioned (the default) or ThickProvisioned.</summary>
    [Field(7, Default = "ThinProvisioned")]
    public string? StorageMode { get; init; }

    /// <summary>The volume.</summary>
    [Field(8)]
    public string? VolumeName { get; init; }

    /// <summary>Its file system; xfs by default.</summary>
    [Field(9, Default = "xfs")]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(10)]
    public bool ReadOnly { get; init; }
}
