using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Where the bytes of a PersistentVolume are: exactly one of its many sources.</summary>
internal static class PersistentSourceValidation
{
    private const int DriverLimit = 63;

    private const int LastLun = 255;

    // In the order in which Kubernetes looks at them: of two, the second is the one too many. It writes one path otherwise than the field.
    private static readonly Source[] Sources =
    [
        new("hostPath", spec => spec.HostPath, (at, spec) => VolumeSourceValidation.HostPath(at, spec.HostPath!)),
        new("gcePersistentDisk", spec => spec.GcePersistentDisk, (at, spec) => VolumeSourceValidation.GoogleDisk(at, spec.GcePersistentDisk!)) { Path = "persistentDisk" },
        new("awsElasticBlockStore", spec => spec.AwsElasticBlockStore, (at, spec) => VolumeSourceValidation.AmazonDisk(at, spec.AwsElasticBlockStore!)),
        new("glusterfs", spec => spec.Glusterfs, (at, spec) => Gluster(at, spec.Glusterfs!)),
        new("flocker", spec => spec.Flocker, (at, spec) => VolumeSourceValidation.Flocker(at, spec.Flocker!)),
        new("nfs", spec => spec.Nfs, (at, spec) => VolumeSourceValidation.Nfs(at, spec.Nfs!)),
        new("rbd", spec => spec.Rbd, (at, spec) => [.. Monitors(at, spec.Rbd!.Monitors), .. FieldRules.Required(at.Child("image"), spec.Rbd.Image)]),
        new("quobyte", spec => spec.Quobyte, (at, spec) => VolumeSourceValidation.Quobyte(at, spec.Quobyte!)),
        new("cephfs", spec => spec.Cephfs, (at, spec) => Monitors(at, spec.Cephfs!.Monitors)),
        new("iscsi", spec => spec.Iscsi, (at, spec) => Iscsi(at, spec.Iscsi!)),
        new("cinder", spec => spec.Cinder, (at, spec) =>
            [.. FieldRules.Required(at.Child("volumeID"), spec.Cinder!.VolumeID), .. Named(at.Child("secretRef"), spec.Cinder.SecretRef)]),
        new("fc", spec => spec.Fc, (at, spec) => VolumeSourceValidation.FibreChannel(at, spec.Fc!)),
        new("flexVolume", spec => spec.FlexVolume, (at, spec) => Flex(at, spec.FlexVolume!)),
        new("azureFile", spec => spec.AzureFile, (at, spec) => AzureFile(at, spec.AzureFile!)),
        new("vsphereVolume", spec => spec.VsphereVolume, (at, spec) => FieldRules.Required(at.Child("volumePath"), spec.VsphereVolume!.VolumePath)),
        new("photonPersistentDisk", spec => spec.PhotonPersistentDisk, (at, spec) => FieldRules.Required(at.Child("pdID"), spec.PhotonPersistentDisk!.PdID)),
        new("portworxVolume", spec => spec.PortworxVolume, (at, spec) => FieldRules.Required(at.Child("volumeID"), spec.PortworxVolume!.VolumeID)),
        new("azureDisk", spec => spec.AzureDisk, (at, spec) => VolumeSourceValidation.AzureDisk(at, spec.AzureDisk!)),
        new("scaleIO", spec => spec.ScaleIO, (at, spec) => ScaleIo(at, spec.ScaleIO!)),
        new("local", spec => spec.Local, (at, spec) => Local(at, spec.Local!)),
        new("storageos", spec => spec.Storageos, (at, spec) => StorageOs(at, spec.Storageos!)),
        new("csi", spec => spec.Csi, (at, spec) => Csi(at, spec.Csi!)),
    ];

    public static Findings<FieldError> Validate(FieldPath path, PersistentVolumeSpec spec)
    {
        var errors = Findings<FieldError>.None;
        var found = false;
        foreach (var source in Sources)
        {
            if (source.Get(spec) is null)
            {
                continue;
            }

            errors.AddRange(found
                ? [FieldError.Forbidden(path.Child(source.Name), "may not specify more than 1 volume type")]
                : source.Rule(path.Child(source.Path), spec));
            found = true;
        }

        if (spec.Local is not null && spec.NodeAffinity?.Required is null)
        {
            errors.Add(FieldError.Required(path.Child("nodeAffinity"), "Local volume requires node affinity"));
        }

        return found ? errors : [FieldError.Required(path, "must specify a volume type")];
    }

    /// <summary>The sources of a volume, and nothing else of it.</summary>
    public static PersistentVolumeSpec SourceOf(PersistentVolumeSpec spec) => spec with
    {
        Capacity = default,
        AccessModes = default,
        ClaimRef = null,
        PersistentVolumeReclaimPolicy = null,
        StorageClassName = null,
        MountOptions = default,
        VolumeMode = null,
        NodeAffinity = null,
        VolumeAttributesClassName = null,
    };

    /// <summary>Also of the attachers of volumes and the drivers of nodes.</summary>
    public static Findings<FieldError> Driver(FieldPath path, string name) =>
    [
        .. FieldRules.Required(path, name),
        .. FieldRules.If(LabelValidation.ByteCount(name) > DriverLimit, () => FieldError.TooLong(path, DriverLimit)),
        .. Names.Subdomain(name.ToLowerInvariant()).Select(rule => FieldError.Invalid(path, name, rule)),
    ];

    private static Findings<FieldError> Gluster(FieldPath path, GlusterfsPersistentVolumeSource volume) =>
    [
        .. FieldRules.Required(path.Child("endpoints"), volume.Endpoints),
        .. FieldRules.Required(path.Child("path"), volume.Path),
        .. volume.EndpointsNamespace is { } space ? FieldRules.Named(path.Child("endpointsNamespace"), space, Names.Label) : [],
    ];

    private static Findings<FieldError> Monitors(FieldPath path, ValueList<string> monitors) =>
        FieldRules.If(monitors.IsEmpty, () => FieldError.Required(path.Child("monitors")));

    private static Findings<FieldError> Iscsi(FieldPath path, ISCSIPersistentVolumeSource disk) =>
    [
        .. FieldRules.Required(path.Child("targetPortal"), disk.TargetPortal),
        .. disk.Iqn.Length == 0
            ? [FieldError.Required(path.Child("iqn"))]
            : VolumeSourceValidation.QualifiedTarget(path.Child("iqn"), disk.Iqn, "must be valid format starting with iqn, eui, or naa"),
        .. FieldRules.InRange(path.Child("lun"), disk.Lun, 0, LastLun),
        .. FieldRules.If(
            (disk.ChapAuthDiscovery || disk.ChapAuthSession) && disk.SecretRef is null, () => FieldError.Required(path.Child("secretRef"))),
        .. disk.SecretRef is { } secret ? FieldRules.Required(path.Child("secretRef", "name"), secret.Name) : [],
        .. disk.InitiatorName is { } initiator ? VolumeSourceValidation.QualifiedTarget(path.Child("initiatorname"), initiator) : [],
    ];

    private static Findings<FieldError> Flex(FieldPath path, FlexPersistentVolumeSource volume) =>
    [
        .. FieldRules.Required(path.Child("driver"), volume.Driver),
        .. volume.Options
            .Select(option => option.Key)
            .Where(IsReserved)
            .Select(key => FieldError.Invalid(path.Child("options").Key(key), key, "kubernetes.io and k8s.io namespaces are reserved")),
    ];

    private static bool IsReserved(string key)
    {
        var space = "." + key.Split('/')[0].ToLowerInvariant();
        return space.EndsWith(".kubernetes.io", StringComparison.Ordinal) || space.EndsWith(".k8s.io", StringComparison.Ordinal);
    }

    private static Findings<FieldError> AzureFile(FieldPath path, AzureFilePersistentVolumeSource file) =>
    [
        .. FieldRules.Required(path.Child("secretName"), file.SecretName),
        .. FieldRules.Required(path.Child("shareName"), file.ShareName),
        .. FieldRules.If(file.SecretNamespace == "", () => FieldError.Required(path.Child("secretNamespace"))),
    ];

    private static Findings<FieldError> ScaleIo(FieldPath path, ScaleIOPersistentVolumeSource volume) =>
    [
        .. FieldRules.Required(path.Child("gateway"), volume.Gateway),
        .. FieldRules.Required(path.Child("system"), volume.System),
        .. FieldRules.Required(path.Child("volumeName"), volume.VolumeName),
    ];

    private static Findings<FieldError> Local(FieldPath path, LocalVolumeSource volume) => volume.Path.Length == 0
        ? [FieldError.Required(path.Child("path"))]
        : MountValidation.NoWayBack(path.Child("path"), volume.Path);

    private static Findings<FieldError> StorageOs(FieldPath path, StorageOSPersistentVolumeSource volume) =>
    [
        .. FieldRules.RequiredName(path.Child("volumeName"), volume.VolumeName, Names.Label),
        .. string.IsNullOrEmpty(volume.VolumeNamespace) ? [] : FieldRules.Named(path.Child("volumeNamespace"), volume.VolumeNamespace, Names.Label),
        .. volume.SecretRef is { } secret ? Named(path.Child("secretRef"), new() { Name = secret.Name, Namespace = secret.Namespace }) : [],
    ];

    private static Findings<FieldError> Csi(FieldPath path, CSIPersistentVolumeSource volume) =>
    [
        .. Driver(path.Child("driver"), volume.Driver),
        .. FieldRules.Required(path.Child("volumeHandle"), volume.VolumeHandle),
        .. Secret(path.Child("controllerPublishSecretRef"), volume.ControllerPublishSecretRef),
        .. Secret(path.Child("controllerExpandSecretRef"), volume.ControllerExpandSecretRef),
        .. Secret(path.Child("nodePublishSecretRef"), volume.NodePublishSecretRef),
        .. Secret(path.Child("nodeExpandSecretRef"), volume.NodeExpandSecretRef),
    ];

    private static Findings<FieldError> Secret(FieldPath path, SecretReference? secret) => secret is null
        ? []
        :
        [
            .. FieldRules.RequiredName(path.Child("name"), secret.Name, Names.Subdomain),
            .. FieldRules.RequiredName(path.Child("namespace"), secret.Namespace, Names.Label),
        ];

    private static Findings<FieldError> Named(FieldPath path, SecretReference? secret) => secret is null
        ? []
        : [.. FieldRules.Required(path.Child("name"), secret.Name), .. FieldRules.Required(path.Child("namespace"), secret.Namespace)];

    private sealed record Source(string Name, Func<PersistentVolumeSpec, object?> Get, Func<FieldPath, PersistentVolumeSpec, Findings<FieldError>> Rule)
    {
        public string Path { get; init; } = Name;
    }
}
