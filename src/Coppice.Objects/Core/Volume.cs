using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Volume
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(1, Within = 2)]
    public HostPathVolumeSource? HostPath { get; init; }

    [Field(2, Within = 2)]
    public EmptyDirVolumeSource? EmptyDir { get; init; }

    [Field(3, Within = 2)]
    public GCEPersistentDiskVolumeSource? GcePersistentDisk { get; init; }

    [Field(4, Within = 2)]
    public AWSElasticBlockStoreVolumeSource? AwsElasticBlockStore { get; init; }

    [Field(5, Within = 2)]
    public GitRepoVolumeSource? GitRepo { get; init; }

    [Field(6, Within = 2)]
    public SecretVolumeSource? Secret { get; init; }

    [Field(7, Within = 2)]
    public NFSVolumeSource? Nfs { get; init; }

    [Field(8, Within = 2)]
    public ISCSIVolumeSource? Iscsi { get; init; }

    [Field(9, Within = 2)]
    public GlusterfsVolumeSource? Glusterfs { get; init; }

    [Field(10, Within = 2)]
    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }

    [Field(11, Within = 2)]
    public RBDVolumeSource? Rbd { get; init; }

    [Field(12, Within = 2)]
    public FlexVolumeSource? FlexVolume { get; init; }

    [Field(13, Within = 2)]
    public CinderVolumeSource? Cinder { get; init; }

    [Field(14, Within = 2)]
    public CephFSVolumeSource? Cephfs { get; init; }

    [Field(15, Within = 2)]
    public FlockerVolumeSource? Flocker { get; init; }

    [Field(16, Within = 2)]
    public DownwardAPIVolumeSource? DownwardAPI { get; init; }

    [Field(17, Within = 2)]
    public FCVolumeSource? Fc { get; init; }

    [Field(18, Within = 2)]
    public AzureFileVolumeSource? AzureFile { get; init; }

    [Field(19, Within = 2)]
    public ConfigMapVolumeSource? ConfigMap { get; init; }

    [Field(20, Within = 2)]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; init; }

    [Field(21, Within = 2)]
    public QuobyteVolumeSource? Quobyte { get; init; }

    [Field(22, Within = 2)]
    public AzureDiskVolumeSource? AzureDisk { get; init; }

    [Field(23, Within = 2)]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; init; }

    [Field(26, Within = 2)]
    public ProjectedVolumeSource? Projected { get; init; }

    [Field(24, Within = 2)]
    public PortworxVolumeSource? PortworxVolume { get; init; }

    [Field(25, Within = 2)]
    public ScaleIOVolumeSource? ScaleIO { get; init; }

    [Field(27, Within = 2)]
    public StorageOSVolumeSource? Storageos { get; init; }

    [Field(28, Within = 2)]
    public CSIVolumeSource? Csi { get; init; }

    [Field(29, Within = 2)]
    public EphemeralVolumeSource? Ephemeral { get; init; }

    [Field(30, Within = 2)]
    public ImageVolumeSource? Image { get; init; }
}
