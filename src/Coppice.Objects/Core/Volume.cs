using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Something that containers of a pod can mount; just one kind of source is set.</summary>
public sealed partial record Volume
{
    /// <summary>What mounts call it; a DNS label.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>A file or directory of the node.</summary>
    [Field(1, Within = 2)]
    public HostPathVolumeSource? HostPath { get; init; }

    /// <summary>A directory that lives as long as the pod.</summary>
    [Field(2, Within = 2)]
    public EmptyDirVolumeSource? EmptyDir { get; init; }

    /// <summary>A disk of Google Compute Engine; use a claim with its CSI driver instead.</summary>
    [Field(3, Within = 2)]
    public GCEPersistentDiskVolumeSource? GcePersistentDisk { get; init; }

    /// <summary>A disk of Amazon's; use a claim with its CSI driver instead.</summary>
    [Field(4, Within = 2)]
    public AWSElasticBlockStoreVolumeSource? AwsElasticBlockStore { get; init; }

    /// <summary>A checkout of a Git repository; no longer supported.</summary>
    [Field(5, Within = 2)]
    public GitRepoVolumeSource? GitRepo { get; init; }

    /// <summary>The keys of a Secret as files.</summary>
    [Field(6, Within = 2)]
    public SecretVolumeSource? Secret { get; init; }

    /// <summary>A directory of an NFS server.</summary>
    [Field(7, Within = 2)]
    public NFSVolumeSource? Nfs { get; init; }

    /// <summary>A disk of an iSCSI target.</summary>
    [Field(8, Within = 2)]
    public ISCSIVolumeSource? Iscsi { get; init; }

    /// <summary>A Gluster volume; no longer supported.</summary>
    [Field(9, Within = 2)]
    public GlusterfsVolumeSource? Glusterfs { get; init; }

    /// <summary>The volume that a claim of this namespace has got.</summary>
    [Field(10, Within = 2)]
    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }

    /// <summary>A Ceph block device; no longer supported.</summary>
    [Field(11, Within = 2)]
    public RBDVolumeSource? Rbd { get; init; }

    /// <summary>A volume by a program on the node; replaced by CSI.</summary>
    [Field(12, Within = 2)]
    public FlexVolumeSource? FlexVolume { get; init; }

    /// <summary>A disk of OpenStack; use a claim with its CSI driver instead.</summary>
    [Field(13, Within = 2)]
    public CinderVolumeSource? Cinder { get; init; }

    /// <summary>A Ceph file system; no longer supported.</summary>
    [Field(14, Within = 2)]
    public CephFSVolumeSource? Cephfs { get; init; }

    /// <summary>A Flocker data set; no longer supported.</summary>
    [Field(15, Within = 2)]
    public FlockerVolumeSource? Flocker { get; init; }

    /// <summary>Fields of the pod as files.</summary>
    [Field(16, Within = 2)]
    public DownwardAPIVolumeSource? DownwardAPI { get; init; }

    /// <summary>A disk on Fibre Channel.</summary>
    [Field(17, Within = 2)]
    public FCVolumeSource? Fc { get; init; }

    /// <summary>A file share of Azure; use a claim with its CSI driver instead.</summary>
    [Field(18, Within = 2)]
    public AzureFileVolumeSource? AzureFile { get; init; }

    /// <summary>The keys of a ConfigMap as files.</summary>
    [Field(19, Within = 2)]
    public ConfigMapVolumeSource? ConfigMap { get; init; }

    /// <summary>A disk of vSphere; use a claim with its CSI driver instead.</summary>
    [Field(20, Within = 2)]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; init; }

    /// <summary>A Quobyte volume; no longer supported.</summary>
    [Field(21, Within = 2)]
    public QuobyteVolumeSource? Quobyte { get; init; }

    /// <summary>A disk of Azure; use a claim with its CSI driver instead.</summary>
    [Field(22, Within = 2)]
    public AzureDiskVolumeSource? AzureDisk { get; init; }

    /// <summary>A disk of Photon; no longer supported.</summary>
    [Field(23, Within = 2)]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; init; }

    /// <summary>Several sources in one directory.</summary>
    [Field(26, Within = 2)]
    public ProjectedVolumeSource? Projected { get; init; }

    /// <summary>A Portworx volume; use a claim with its CSI driver instead.</summary>
    [Field(24, Within = 2)]
    public PortworxVolumeSource? PortworxVolume { get; init; }

    /// <summary>A ScaleIO volume; no longer supported.</summary>
    [Field(25, Within = 2)]
    public ScaleIOVolumeSource? ScaleIO { get; init; }

    /// <summary>A StorageOS volume; no longer supported.</summary>
    [Field(27, Within = 2)]
    public StorageOSVolumeSource? Storageos { get; init; }

    /// <summary>A volume that a CSI driver makes for this pod alone.</summary>
    [Field(28, Within = 2)]
    public CSIVolumeSource? Csi { get; init; }

    /// <summary>A claim that is made for the pod and goes with it.</summary>
    [Field(29, Within = 2)]
    public EphemeralVolumeSource? Ephemeral { get; init; }

    /// <summary>The files of an image.</summary>
    [Field(30, Within = 2)]
    public ImageVolumeSource? Image { get; init; }
}
