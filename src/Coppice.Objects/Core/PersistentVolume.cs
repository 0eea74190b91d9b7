using System.Text.Json.Serialization;

namespace Coppice.Objects.Core;

/// <summary>Storage that outlives pods and claims, made by hand or by a provisioner.</summary>
public sealed partial record PersistentVolume : KubernetesObject
{
    /// <summary>What it is.</summary>
    [Field(2)]
    public PersistentVolumeSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>Whether it is in use.</summary>
    [Field(3)]
    public PersistentVolumeStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a volume is, and what may be done with it. Exactly one source is set.</summary>
public sealed partial record PersistentVolumeSpec
{
    /// <summary>How large it is; the key is storage.</summary>
    [Field(1)]
    public ValueMap<Quantity> Capacity { get; init; }

    /// <summary>A persistent disk of Google Compute Engine.</summary>
    [Field(1, Within = 2)]
    public GCEPersistentDiskVolumeSource? GcePersistentDisk { get; init; }

    /// <summary>A disk of AWS EBS.</summary>
    [Field(2, Within = 2)]
    public AWSElasticBlockStoreVolumeSource? AwsElasticBlockStore { get; init; }

    /// <summary>A directory of the node: for a cluster of one node and for tests.</summary>
    [Field(3, Within = 2)]
    public HostPathVolumeSource? HostPath { get; init; }

    /// <summary>A Glusterfs volume.</summary>
    [Field(4, Within = 2)]
    public GlusterfsPersistentVolumeSource? Glusterfs { get; init; }

    /// <summary>A directory of an NFS server.</summary>
    [Field(5, Within = 2)]
    public NFSVolumeSource? Nfs { get; init; }

    /// <summary>A Ceph block device.</summary>
    [Field(6, Within = 2)]
    public RBDPersistentVolumeSource? Rbd { get; init; }

    /// <summary>A disk of an iSCSI target.</summary>
    [Field(7, Within = 2)]
    public ISCSIPersistentVolumeSource? Iscsi { get; init; }

    /// <summary>A disk of OpenStack Cinder.</summary>
    [Field(8, Within = 2)]
    public CinderPersistentVolumeSource? Cinder { get; init; }

    /// <summary>A Ceph file system.</summary>
    [Field(9, Within = 2)]
    public CephFSPersistentVolumeSource? Cephfs { get; init; }

    /// <summary>A disk over Fibre Channel.</summary>
    [Field(10, Within = 2)]
    public FCVolumeSource? Fc { get; init; }

    /// <summary>A Flocker dataset.</summary>
    [Field(11, Within = 2)]
    public FlockerVolumeSource? Flocker { get; init; }

    /// <summary>A volume that a program on the node makes.</summary>
    [Field(12, Within = 2)]
    public FlexPersistentVolumeSource? FlexVolume { get; init; }

    /// <summary>A share of Azure Files.</summary>
    [Field(13, Within = 2)]
    public AzureFilePersistentVolumeSource? AzureFile { get; init; }

    /// <summary>A disk of vSphere.</summary>
    [Field(14, Within = 2)]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; init; }

    /// <summary>A Quobyte volume.</summary>
    [Field(15, Within = 2)]
    public QuobyteVolumeSource? Quobyte { get; init; }

    /// <summary>A disk of Azure.</summary>
    [Field(16, Within = 2)]
    public AzureDiskVolumeSource? AzureDisk { get; init; }

    /// <summary>A disk of a Photon controller.</summary>
    [Field(17, Within = 2)]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; init; }

    /// <summary>A Portworx volume.</summary>
    [Field(18, Within = 2)]
    public PortworxVolumeSource? PortworxVolume { get; init; }

    /// <summary>A ScaleIO volume.</summary>
    [Field(19, Within = 2)]
    public ScaleIOPersistentVolumeSource? ScaleIO { get; init; }

    /// <summary>A disk or directory that belongs to one node.</summary>
    [Field(20, Within = 2)]
    public LocalVolumeSource? Local { get; init; }

    /// <summary>A StorageOS volume.</summary>
    [Field(21, Within = 2)]
    public StorageOSPersistentVolumeSource? Storageos { get; init; }

    /// <summary>A volume that a CSI driver looks after.</summary>
    [Field(22, Within = 2)]
    public CSIPersistentVolumeSource? Csi { get; init; }

    /// <summary>Who can mount it: ReadWriteOnce (one node), ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.</summary>
    [Field(3)]
    public ValueList<string> AccessModes { get; init; }

    /// <summary>The claim that it belongs to, once there is one.</summary>
    [Field(4, GranularMap = true)]
    public ObjectReference? ClaimRef { get; init; }

    /// <summary>What happens to it when its claim is gone: Retain (the default for one made by hand), Delete or Recycle.</summary>
    [Field(5)]
    public string? PersistentVolumeReclaimPolicy { get; init; }

    /// <summary>The class that it belongs to; none where it is absent.</summary>
    [Field(6)]
    public string? StorageClassName { get; init; }

    /// <summary>Options of the mount, as "ro" or "soft". They are not checked.</summary>
    [Field(7)]
    public ValueList<string> MountOptions { get; init; }

    /// <summary>Filesystem (the default) or Block.</summary>
    [Field(8, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? VolumeMode { get; init; }

    /// <summary>The nodes from which it can be reached; all where it is absent.</summary>
    [Field(9)]
    public VolumeNodeAffinity? NodeAffinity { get; init; }

    /// <summary>The class of attributes, such as speed, that it has.</summary>
    [Field(10, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? VolumeAttributesClassName { get; init; }
}

/// <summary>The values of PersistentVolumeReclaimPolicy.</summary>
public static class PersistentVolumeReclaimPolicy
{
    public const string Recycle = "Recycle";
    public const string Delete = "Delete";
    public const string Retain = "Retain";
}

/// <summary>The nodes from which a volume can be reached.</summary>
public sealed partial record VolumeNodeAffinity
{
    /// <summary>What must hold for such a node.</summary>
    [Field(1)]
    public NodeSelector? Required { get; init; }
}

/// <summary>Whether a volume is in use.</summary>
public sealed partial record PersistentVolumeStatus
{
    /// <summary>Pending, Available, Bound, Released (its claim is gone) or Failed.</summary>
    [Field(1)]
    public string? Phase { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(2)]
    public string? Message { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(3)]
    public string? Reason { get; init; }

    /// <summary>When the phase last changed.</summary>
    [Field(4, Pointer = true)]
    public DateTimeOffset? LastPhaseTransitionTime { get; init; }
}

/// <summary>The values of PersistentVolumePhase.</summary>
public static class PersistentVolumePhase
{
    public const string Pending = "Pending";
    public const string Available = "Available";
    public const string Bound = "Bound";
    public const string Released = "Released";
    public const string Failed = "Failed";
}

/// <summary>A Secret in any namespace.</summary>
[AtomicObject]
public sealed partial record SecretReference
{
    /// <summary>Its name.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>Its namespace.</summary>
    [Field(2)]
    public string? Namespace { get; init; }
}
