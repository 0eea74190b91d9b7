using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Validation;

/// <summary>Classes of storage, the drivers of volumes, and what is attached to which node.</summary>
internal static class StorageValidation
{
    private const int ParametersLimit = 512;

    private const int ParameterBytesLimit = 256 * 1024;

    private const int ErrorBytesLimit = 1024;

    private const int NodeIdLimit = 256;

    private const long ShortestToken = 600;

    private const long LongestToken = 1L << 32;

    private const long ShortestPeriod = 10;

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public static Findings<FieldError> Class(StorageClass item) =>
    [
        .. Provisioner(FieldPath.Of("provisioner"), item.Provisioner),
        .. Parameters(FieldPath.Of("parameters"), item.Parameters),
        .. FieldRules.If(
            item.ReclaimPolicy is not (null or "" or PersistentVolumeReclaimPolicy.Delete or PersistentVolumeReclaimPolicy.Retain),
            () => FieldError.NotSupported(
                FieldPath.Of("reclaimPolicy"), item.ReclaimPolicy, PersistentVolumeReclaimPolicy.Delete, PersistentVolumeReclaimPolicy.Retain)),
        .. FieldRules.If(
            item.VolumeBindingMode is not (VolumeBindingMode.Immediate or VolumeBindingMode.WaitForFirstConsumer),
            () => FieldError.NotSupported(
                FieldPath.Of("volumeBindingMode"), item.VolumeBindingMode, VolumeBindingMode.Immediate, VolumeBindingMode.WaitForFirstConsumer)),
        .. FieldRules.Each(FieldPath.Of("allowedTopologies"), item.AllowedTopologies, Topology),
        .. FieldRules.Repeated(item.AllowedTopologies, MeaningOf)
            .Select(r => FieldError.Duplicate(FieldPath.Of("allowedTopologies").Index(r.Index).Child("matchLabelExpressions"), "")),
    ];

    public static Findings<FieldError> AttributesClass(VolumeAttributesClass item) =>
    [
        .. Provisioner(FieldPath.Of("driverName"), item.DriverName),
        .. Parameters(FieldPath.Of("parameters"), item.Parameters),
        .. FieldRules.If(item.Parameters.IsEmpty, () => FieldError.Required(FieldPath.Of("parameters"), "must contain at least one key/value pair")),
    ];

    /// <summary>A field of a class that stays as it is.</summary>
    public static Findings<FieldError> Kept<T>(string field, T value, T old) => FieldRules.If(
        !EqualityComparer<T>.Default.Equals(value, old), () => FieldError.Forbidden(FieldPath.Of(field), $"updates to {field} are forbidden."));

    public static Findings<FieldError> Attachment(VolumeAttachment item)
    {
        var source = SpecPath.Child("source");
        return
        [
            .. PersistentSourceValidation.Driver(SpecPath.Child("attacher"), item.Spec.Attacher),
            .. item.Spec.Source switch
            {
                { InlineVolumeSpec: null, PersistentVolumeName: null } =>
                    [FieldError.Required(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName")],
                { InlineVolumeSpec: not null, PersistentVolumeName: not null } =>
                    [FieldError.Forbidden(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName")],
                { PersistentVolumeName: "" } => [FieldError.Required(source.Child("persistentVolumeName"), "must specify non empty persistentVolumeName")],
                { PersistentVolumeName: { } name } => FieldRules.Named(source.Child("persistentVolumeName"), name, Names.Subdomain),
                { InlineVolumeSpec: { } inline } => PersistentVolumeValidation.InlineSpec(source.Child("inlineVolumeSpec"), inline),
            },
            .. FieldRules.Named(SpecPath.Child("nodeName"), item.Spec.NodeName, Names.Subdomain),
            .. AttachmentStatus(item.Status),
        ];
    }

    public static Findings<FieldError> AttachmentStatus(VolumeAttachmentStatus status)
    {
        var path = FieldPath.Of("status");
        return
        [
            .. FieldRules.If(
                BytesOf(status.AttachmentMetadata) > ParameterBytesLimit,
                () => FieldError.TooLong(path.Child("attachmentMetadata"), ParameterBytesLimit)),
            .. Error(path.Child("attachError"), status.AttachError),
            .. Error(path.Child("detachError"), status.DetachError),
        ];
    }

    public static Findings<FieldError> Driver(CSIDriverSpec spec) =>
    [
        .. FieldRules.OneOfIfSet(
            SpecPath.Child("fsGroupPolicy"), spec.FsGroupPolicy, FSGroupPolicy.File, FSGroupPolicy.None, FSGroupPolicy.ReadWriteOnceWithFSType),
        .. Tokens(SpecPath.Child("tokenRequests"), spec.TokenRequests),
        .. spec.VolumeLifecycleModes.SelectMany(mode => FieldRules.If(
            mode is not (VolumeLifecycleMode.Persistent or VolumeLifecycleMode.Ephemeral),
            () => FieldError.NotSupported(
                SpecPath.Child("volumeLifecycleModes"), mode, VolumeLifecycleMode.Persistent, VolumeLifecycleMode.Ephemeral))),
        .. FieldRules.If(
            spec.NodeAllocatableUpdatePeriodSeconds < ShortestPeriod,
            () => FieldError.Invalid(
                SpecPath.Child("nodeAllocatableUpdatePeriodSeconds"),
                spec.NodeAllocatableUpdatePeriodSeconds,
                "must be greater than or equal to 10 seconds")),
    ];

    /// <summary>The path of the first is Kubernetes' own.</summary>
    public static Findings<FieldError> DriverUnchanged(CSIDriverSpec spec, CSIDriverSpec old) =>
    [
        .. FieldRules.Unchanged(SpecPath.Child("attachedRequired"), spec.AttachRequired, old.AttachRequired),
        .. FieldRules.Unchanged(SpecPath.Child("volumeLifecycleModes"), spec.VolumeLifecycleModes, old.VolumeLifecycleModes),
    ];

    public static Findings<FieldError> Node(CSINodeSpec spec)
    {
        var path = SpecPath.Child("drivers");
        return
        [
            .. FieldRules.Each(path, spec.Drivers, NodeDriver),
            .. FieldRules.Repeated(spec.Drivers, d => d.Name).Select(r => FieldError.Duplicate(path.Index(r.Index).Child("name"), r.Key)),
        ];
    }

    /// <summary>A driver of a node that is there already is changed in nothing but how many volumes it may have.</summary>
    public static Findings<FieldError> NodeUnchanged(CSINodeSpec spec, CSINodeSpec old) =>
    [
        .. old.Drivers.SelectMany(before => spec.Drivers
            .Where(driver => driver.Name == before.Name)
            .SelectMany(driver => FieldRules.Unchanged(
                SpecPath.Child("drivers"), driver with { Allocatable = null }, before with { Allocatable = null }))),
    ];

    public static Findings<FieldError> Capacity(CSIStorageCapacity item) =>
    [
        .. LabelValidation.Selector(FieldPath.Of("nodeTopology"), item.NodeTopology),
        .. FieldRules.Named(FieldPath.Of("storageClassName"), item.StorageClassName, Names.Subdomain),
        .. item.Capacity is { } amount ? ResourceValidation.NotNegative(FieldPath.Of("capacity"), amount) : [],
    ];

    private static Findings<FieldError> Provisioner(FieldPath path, string name) => name.Length == 0
        ? [FieldError.Required(path)]
        : FieldRules.Named(path, name.ToLowerInvariant(), Names.Qualified);

    private static Findings<FieldError> Parameters(FieldPath path, ValueMap<string> parameters) => parameters.Count > ParametersLimit
        ? [FieldError.TooLong(path, ParametersLimit)]
        :
        [
            .. FieldRules.If(parameters.ContainsKey(""), () => FieldError.Invalid(path, "", "field can not be empty.")),
            .. FieldRules.If(BytesOf(parameters) > ParameterBytesLimit, () => FieldError.TooLong(path, ParameterBytesLimit)),
        ];

    private static long BytesOf(ValueMap<string> map) =>
        map.Sum(pair => (long)LabelValidation.ByteCount(pair.Key) + LabelValidation.ByteCount(pair.Value));

    private static Findings<FieldError> Topology(FieldPath path, TopologySelectorTerm term)
    {
        var at = path.Child("matchLabelExpressions");
        return
        [
            .. FieldRules.If(term.MatchLabelExpressions.IsEmpty, () => FieldError.Required(at)),
            .. FieldRules.Each(at, term.MatchLabelExpressions, Requirement),
            .. FieldRules.Repeated(term.MatchLabelExpressions, r => r.Key).Select(r => FieldError.Duplicate(at.Index(r.Index).Child("key"), r.Key)),
        ];
    }

    private static Findings<FieldError> Requirement(FieldPath path, TopologySelectorLabelRequirement requirement)
    {
        var values = path.Child("values");
        return
        [
            .. FieldRules.If(requirement.Values.IsEmpty, () => FieldError.Required(values)),
            .. FieldRules.Repeated(requirement.Values, v => v).Select(r => FieldError.Duplicate(values.Index(r.Index), r.Key)),
            .. FieldRules.Named(path.Child("key"), requirement.Key, Names.Qualified),
        ];
    }

    /// <summary>The same for two terms that differ only in their order.</summary>
    private static string MeaningOf(TopologySelectorTerm term) => string.Join(';', term.MatchLabelExpressions
        .Select(r => $"{r.Key}={string.Join(',', r.Values.Order(StringComparer.Ordinal))}")
        .Order(StringComparer.Ordinal));

    // The limit that a message names is another than the one that holds, as in Kubernetes.
    private static Findings<FieldError> Error(FieldPath path, VolumeError? error) => error is null
        ? []
        :
        [
            .. FieldRules.If(
                LabelValidation.ByteCount(error.Message ?? "") > ErrorBytesLimit, () => FieldError.TooLong(path.Child("message"), ParameterBytesLimit)),
            .. FieldRules.If(
                error.ErrorCode < 0, () => FieldError.Invalid(path.Child("errorCode"), error.ErrorCode, FieldRules.Between(0, int.MaxValue))),
        ];

    private static Findings<FieldError> Tokens(FieldPath path, ValueList<TokenRequest> requests) =>
    [
        .. FieldRules.Repeated(requests, r => r.Audience).Select(r => FieldError.Duplicate(path.Index(r.Index).Child("audience"), r.Key)),
        .. FieldRules.Each(path, requests, (at, request) => request.ExpirationSeconds switch
        {
            < ShortestToken =>
                [FieldError.Invalid(at.Child("expirationSeconds"), request.ExpirationSeconds, "may not specify a duration less than 10 minutes")],
            > LongestToken =>
                [FieldError.Invalid(at.Child("expirationSeconds"), request.ExpirationSeconds, "may not specify a duration larger than 2^32 seconds")],
            _ => Findings<FieldError>.None,
        }),
    ];

    private static Findings<FieldError> NodeDriver(FieldPath path, CSINodeDriver driver) =>
    [
        .. PersistentSourceValidation.Driver(path.Child("name"), driver.Name),
        .. FieldRules.Required(path.Child("nodeID"), driver.NodeID),
        .. FieldRules.If(
            LabelValidation.ByteCount(driver.NodeID) > NodeIdLimit,
            () => FieldError.Invalid(path.Child("nodeID"), driver.NodeID, $"must be {NodeIdLimit} characters or less")),
        .. FieldRules.NotNegative(path.Child("allocatable", "count"), driver.Allocatable?.Count),
        .. driver.TopologyKeys.SelectMany(key => (IEnumerable<FieldError>)
            [.. FieldRules.Required(path, key), .. FieldRules.Named(path, key, Names.Qualified)]),
        .. FieldRules.Repeated(driver.TopologyKeys, key => key).Select(r => FieldError.Duplicate(path, r.Key)),
    ];
}
