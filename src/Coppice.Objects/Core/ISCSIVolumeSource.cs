using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A disk of an iSCSI target.</summary>
public sealed partial record ISCSIVolumeSource
{
    /// <summary>The target's address, with its port where it is not 3260.</summary>
    [Field(1, Required = true)]
    public string TargetPortal { get; init => field = value ?? ""; } = "";

    /// <summary>The target's qualified name.</summary>
    [Field(2, Required = true)]
    public string Iqn { get; init => field = value ?? ""; } = "";

    /// <summary>Number of the disk at the target.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Lun { get; init; }

    /// <summary>The interface of the initiator; default by default.</summary>
    [Field(4, Default = "default")]
    public string? IscsiInterface { get; init; }

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(5)]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(6)]
    public bool ReadOnly { get; init; }

    /// <summary>Further addresses of the target.</summary>
    [Field(7)]
    public ValueList<string> Portals { get; init; }

    /// <summary>Proves who it is when it looks for targets.</summary>
    [Field(8)]
    public bool ChapAuthDiscovery { get; init; }

    /// <summary>Proves who it is when it opens a session.</summary>
    [Field(11)]
    public bool ChapAuthSession { get; init; }

    /// <summary>The Secret for these proofs.</summary>
    [Field(10)]
    public LocalObjectReference? SecretRef { get; init; }

    /// <summary>The name to log in with, instead of the node's.</summary>
    [Field(12, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? InitiatorName { get; init; }
}
