using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A Ceph block device.</summary>
public sealed partial record RBDVolumeSource
{
    /// <summary>Addresses of its monitors.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Monitors { get; init; }

    /// <summary>The device's image.</summary>
    [Field(2, Required = true)]
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(3)]
    public string? FsType { get; init; }

    /// <summary>The pool; rbd by default.</summary>
    [Field(4, Default = "rbd")]
    public string? Pool { get; init; }

    /// <summary>Who opens it; admin by default.</summary>
    [Field(5, Default = "admin")]
    public string? User { get; init; }

    /// <summary>A file of the node with the key; /etc/ceph/keyring by default.</summary>
    [Field(6, Default = "/etc/ceph/keyring")]
    public string? Keyring { get; init; }

    /// <summary>A Secret with the key, instead of the file.</summary>
    [Field(7)]
    public LocalObjectReference? SecretRef { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(8)]
    public bool ReadOnly { get; init; }
}
