using System.Text.RegularExpressions;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Where the bytes of volumes are: the sources that pods and PersistentVolumes have in common, and what is like them.</summary>
internal static partial class VolumeSourceValidation
{
    private const int LastPartition = 255;

    private const int LastLun = 255;

    private const int TenantLimit = 64;

    private const string Format = "must be valid format";

    public static Findings<FieldError> GoogleDisk(FieldPath path, GCEPersistentDiskVolumeSource disk) =>
        [.. FieldRules.Required(path.Child("pdName"), disk.PdName), .. Partition(path.Child("partition"), disk.Partition)];

    public static Findings<FieldError> AmazonDisk(FieldPath path, AWSElasticBlockStoreVolumeSource disk) =>
        [.. FieldRules.Required(path.Child("volumeID"), disk.VolumeID), .. Partition(path.Child("partition"), disk.Partition)];

    public static Findings<FieldError> AzureDisk(FieldPath path, AzureDiskVolumeSource disk) =>
    [
        .. FieldRules.Required(path.Child("diskName"), disk.DiskName),
        .. FieldRules.Required(path.Child("diskURI"), disk.DiskURI),
        .. FieldRules.OneOfIfSet(
            path.Child("cachingMode"), disk.CachingMode, AzureDataDiskCachingMode.None, AzureDataDiskCachingMode.ReadOnly, AzureDataDiskCachingMode.ReadWrite),
        .. FieldRules.OneOfIfSet(path.Child("kind"), disk.Kind, AzureDataDiskKind.Dedicated, AzureDataDiskKind.Managed, AzureDataDiskKind.Shared),
        .. FieldRules.If(
            disk.Kind == AzureDataDiskKind.Managed && !disk.DiskURI.StartsWith("/subscriptions/", StringComparison.Ordinal),
            () => FieldError.NotSupported(
                path.Child("diskURI"),
                disk.DiskURI,
                "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}")),
        .. FieldRules.If(
            disk.Kind is not (null or AzureDataDiskKind.Managed) && !disk.DiskURI.StartsWith("https://", StringComparison.Ordinal),
            () => FieldError.NotSupported(
                path.Child("diskURI"), disk.DiskURI, "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd")),
    ];

    public static Findings<FieldError> FibreChannel(FieldPath path, FCVolumeSource disk)
    {
        var names = path.Child("targetWWNs");
        return (disk.TargetWWNs.IsEmpty, disk.Wwids.IsEmpty) switch
        {
            (true, true) => [FieldError.Required(names, "must specify either targetWWNs or wwids, but not both")],
            (true, false) => [],
            (false, var isAlone) =>
            [
                .. FieldRules.If(
                    !isAlone, () => FieldError.Invalid(names, disk.TargetWWNs, "targetWWNs and wwids can not be specified simultaneously")),
                .. disk.Lun is { } lun
                    ? FieldRules.InRange(path.Child("lun"), lun, 0, LastLun)
                    : [FieldError.Required(path.Child("lun"), "lun is required if targetWWNs is specified")],
            ],
        };
    }

    public static Findings<FieldError> Flocker(FieldPath path, FlockerVolumeSource set) =>
    [
        .. (string.IsNullOrEmpty(set.DatasetName), string.IsNullOrEmpty(set.DatasetUUID)) switch
        {
            (true, true) => [FieldError.Required(path, "one of datasetName and datasetUUID is required")],
            (false, false) => [FieldError.Invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously")],
            _ => Findings<FieldError>.None,
        },
        .. FieldRules.If(
            set.DatasetName?.Contains('/') == true, () => FieldError.Invalid(path.Child("datasetName"), set.DatasetName, "must not contain '/'")),
    ];

    public static Findings<FieldError> Nfs(FieldPath path, NFSVolumeSource source) =>
    [
        .. FieldRules.Required(path.Child("server"), source.Server),
        .. FieldRules.Required(path.Child("path"), source.Path),
        .. source.Path.Length == 0 || source.Path.StartsWith('/')
            ? Findings<FieldError>.None
            : [FieldError.Invalid(path.Child("path"), source.Path, "must be an absolute path")],
    ];

    public static Findings<FieldError> Quobyte(FieldPath path, QuobyteVolumeSource volume)
    {
        const string Pairs = "must be a host:port pair or multiple pairs separated by commas";
        var registry = path.Child("registry");
        return
        [
            .. volume switch
            {
                { Registry: "" } => [FieldError.Required(registry, Pairs)],
                { Tenant.Length: > TenantLimit } =>
                    [FieldError.Required(path.Child("tenant"), $"must be a UUID and may not exceed a length of {TenantLimit} characters")],
                _ => volume.Registry.Split(',').Where(pair => !IsHostAndPort(pair)).Select(_ => FieldError.Invalid(registry, volume.Registry, Pairs)),
            },
            .. FieldRules.Required(path.Child("volume"), volume.Volume),
        ];
    }

    public static Findings<FieldError> HostPath(FieldPath path, HostPathVolumeSource source)
    {
        string[] types =
        [
            HostPathType.None, HostPathType.BlockDevice, HostPathType.CharDevice, HostPathType.Directory,
            HostPathType.DirectoryOrCreate, HostPathType.File, HostPathType.FileOrCreate, HostPathType.Socket,
        ];
        var type = source.Type ?? HostPathType.None;
        return
        [
            .. source.Path.Length == 0 ? [FieldError.Required(path.Child("path"))] : MountValidation.NoWayBack(path.Child("path"), source.Path),
            .. types.Contains(type) ? Findings<FieldError>.None : [FieldError.NotSupported(path.Child("type"), type, types)],
        ];
    }

    /// <summary>A target that is named as iSCSI names them.</summary>
    /// <param name="otherBeginning">What is said where the name is of none of the three forms that there are.</param>
    public static Findings<FieldError> QualifiedTarget(FieldPath path, string name, string otherBeginning = Format)
    {
        var form = name.Length < 3 ? null : name[..3] switch
        {
            "iqn" => IsIqn(),
            "eui" => IsEui(),
            "naa" => IsNaa(),
            _ => null,
        };
        return form is null
            ? [FieldError.Invalid(path, name, otherBeginning)]
            : FieldRules.If(!form.IsMatch(name), () => FieldError.Invalid(path, name, Format));
    }

    private static Findings<FieldError> Partition(FieldPath path, int partition) => FieldRules.If(
        partition is < 0 or > LastPartition, () => FieldError.Invalid(path, partition, FieldRules.Between(1, LastPartition)));

    private static bool IsHostAndPort(string pair) =>
        pair.LastIndexOf(':') is >= 0 and var colon && (pair.IndexOf(':') == colon || (pair.StartsWith('[') && pair[colon - 1] == ']'));

    [GeneratedRegex(@"iqn\.[0-9]{4}-[0-9]{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)\z")]
    private static partial Regex IsIqn();

    [GeneratedRegex(@"\Aeui.[A-Za-z0-9]{16}\z")]
    private static partial Regex IsEui();

    [GeneratedRegex(@"\Anaa.[A-Za-z0-9]{32}\z")]
    private static partial Regex IsNaa();
}
