using System.Text.Json.Serialization;

namespace Coppice.Objects.Core;

/// <summary>A Glusterfs volume.</summary>
public sealed partial record GlusterfsPersistentVolumeSource
{
    /// <summary>The Endpoints object with the addresses of its servers.</summary>
    [Field(1, Required = true)]
    public string Endpoints { get; init => field = value ?? ""; } = "";

    /// <summary>The volume.</summary>
    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }

    /// <summary>The namespace of the Endpoints; the claim's where it is absent.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? EndpointsNamespace { get; init; }
}

/// <summary>A Ceph block device.</summary>
public sealed partial record RBDPersistentVolumeSource
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
    [Field(4, Default = "\"rbd\"")]
    public string? Pool { get; init; }

    /// <summary>Who opens it; admin by default.</summary>
    [Field(5, Default = "\"admin\"")]
    public string? User { get; init; }

    /// <summary>A file of the node with the key; /etc/ceph/keyring by default.</summary>
    [Field(6, Default = "\"/etc/ceph/keyring\"")]
    public string? Keyring { get; init; }

    /// <summary>A Secret with the key, instead of the file.</summary>
    [Field(7)]
    public SecretReference? SecretRef { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(8)]
    public bool ReadOnly { get; init; }
}

/// <summary>A disk of OpenStack Cinder.</summary>
public sealed partial record CinderPersistentVolumeSource
{
    /// <summary>The disk.</summary>
    [Field(1, Required = true)]
    public string VolumeID { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(2)]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }

    /// <summary>The Secret to reach OpenStack with.</summary>
    [Field(4)]
    public SecretReference? SecretRef { get; init; }
}

/// <summary>A Ceph file system.</summary>
public sealed partial record CephFSPersistentVolumeSource
{
    /// <summary>Addresses of its monitors.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Monitors { get; init; }

    /// <summary>The directory in it; / by default.</summary>
    [Field(2)]
    public string? Path { get; init; }

    /// <summary>Who mounts it; admin by default.</summary>
    [Field(3)]
    public string? User { get; init; }

    /// <summary>A file of the node with the key.</summary>
    [Field(4)]
    public string? SecretFile { get; init; }

    /// <summary>A Secret with the key, instead of the file.</summary>
    [Field(5)]
    public SecretReference? SecretRef { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(6)]
    public bool ReadOnly { get; init; }
}

/// <summary>A volume that a program on the node makes.</summary>
public sealed partial record FlexPersistentVolumeSource
{
    /// <summary>The program.</summary>
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; the program's choice by default.</summary>
    [Field(2)]
    public string? FsType { get; init; }

    /// <summary>A Secret that is handed to the program.</summary>
    [Field(3)]
    public SecretReference? SecretRef { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(4)]
    public bool ReadOnly { get; init; }

    /// <summary>Settings that the program knows.</summary>
    [Field(5)]
    public ValueMap<string> Options { get; init; }
}

/// <summary>A disk of an iSCSI target.</summary>
public sealed partial record ISCSIPersistentVolumeSource
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
    [Field(4, Default = "\"default\"")]
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
    public SecretReference? SecretRef { get; init; }

    /// <summary>The name to log in with, instead of the node's.</summary>
    [Field(12, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? InitiatorName { get; init; }
}

/// <summary>A share of Azure Files.</summary>
public sealed partial record AzureFilePersistentVolumeSource
{
    /// <summary>The Secret with the account and its key.</summary>
    [Field(1, Required = true)]
    public string SecretName { get; init => field = value ?? ""; } = "";

    /// <summary>The share.</summary>
    [Field(2, Required = true)]
    public string ShareName { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }

    /// <summary>The Secret's namespace; the claim's where it is absent.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? SecretNamespace { get; init; }
}

/// <summary>A ScaleIO volume.</summary>
public sealed partial record ScaleIOPersistentVolumeSource
{
    /// <summary>Address of the gateway.</summary>
    [Field(1, Required = true)]
    public string Gateway { get; init => field = value ?? ""; } = "";

    /// <summary>The system's name.</summary>
    [Field(2, Required = true)]
    public string System { get; init => field = value ?? ""; } = "";

    /// <summary>The Secret to log in with.</summary>
    [Field(3, Required = true)]
    public SecretReference? SecretRef { get; init; }

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
    [Field(7, Default = "\"ThinProvisioned\"")]
    public string? StorageMode { get; init; }

    /// <summary>The volume.</summary>
    [Field(8)]
    public string? VolumeName { get; init; }

    /// <summary>Its file system; xfs by default.</summary>
    [Field(9, Default = "\"xfs\"")]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(10)]
    public bool ReadOnly { get; init; }
}

/// <summary>A StorageOS volume.</summary>
public sealed partial record StorageOSPersistentVolumeSource
{
    /// <summary>The volume.</summary>
    [Field(1)]
    public string? VolumeName { get; init; }

    /// <summary>Where it is; the claim's namespace by default.</summary>
    [Field(2)]
    public string? VolumeNamespace { get; init; }

    /// <summary>Its file system; ext4 by default.</summary>
    [Field(3)]
    public string? FsType { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(4)]
    public bool ReadOnly { get; init; }

    /// <summary>The Secret to log in with.</summary>
    [Field(5)]
    public ObjectReference? SecretRef { get; init; }
}

/// <summary>A volume that a CSI driver looks after.</summary>
public sealed partial record CSIPersistentVolumeSource
{
    /// <summary>The driver.</summary>
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>The driver's name for the volume, which never changes.</summary>
    [Field(2, Required = true)]
    public string VolumeHandle { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }

    /// <summary>Its file system; the driver's choice where it is absent.</summary>
    [Field(4)]
    public string? FsType { get; init; }

    /// <summary>Settings that the driver knows.</summary>
    [Field(5)]
    public ValueMap<string> VolumeAttributes { get; init; }

    /// <summary>A Secret that is handed to the driver when it attaches the volume to a node.</summary>
    [Field(6)]
    public SecretReference? ControllerPublishSecretRef { get; init; }

    /// <summary>A Secret that is handed to the driver when it prepares the volume on a node.</summary>
    [Field(7)]
    public SecretReference? NodeStageSecretRef { get; init; }

    /// <summary>A Secret that is handed to the driver when it mounts the volume for a pod.</summary>
    [Field(8)]
    public SecretReference? NodePublishSecretRef { get; init; }

    /// <summary>A Secret that is handed to the driver when it makes the volume larger.</summary>
    [Field(9)]
    public SecretReference? ControllerExpandSecretRef { get; init; }

    /// <summary>A Secret that is handed to the driver when it makes the file system larger.</summary>
    [Field(10)]
    public SecretReference? NodeExpandSecretRef { get; init; }
}
