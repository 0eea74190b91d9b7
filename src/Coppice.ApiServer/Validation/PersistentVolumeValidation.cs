using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>PersistentVolumes, and the volumes of attachments, which look like them.</summary>
internal static class PersistentVolumeValidation
{
    private const string Inline = "in the context of inline volumes";

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public static Findings<FieldError> Spec(PersistentVolumeSpec spec) =>
    [
        .. AccessModes(SpecPath.Child("accessModes"), spec.AccessModes),
        .. Capacity(SpecPath.Child("capacity"), spec.Capacity),
        .. string.IsNullOrEmpty(spec.PersistentVolumeReclaimPolicy)
            ? []
            : FieldRules.OneOf(
                SpecPath.Child("persistentVolumeReclaimPolicy"),
                spec.PersistentVolumeReclaimPolicy,
                PersistentVolumeReclaimPolicy.Delete,
                PersistentVolumeReclaimPolicy.Recycle,
                PersistentVolumeReclaimPolicy.Retain),
        .. spec.NodeAffinity is { } affinity ? Affinity(SpecPath.Child("nodeAffinity"), affinity) : [],
        .. PersistentSourceValidation.Validate(SpecPath, spec),
        .. FieldRules.If(
            spec is { HostPath: { } host, PersistentVolumeReclaimPolicy: PersistentVolumeReclaimPolicy.Recycle } && IsRoot(host.Path),
            () => FieldError.Forbidden(SpecPath.Child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'")),
        .. string.IsNullOrEmpty(spec.StorageClassName)
            ? []
            : FieldRules.Named(SpecPath.Child("storageClassName"), spec.StorageClassName, Names.Subdomain),
        .. FieldRules.OneOfIfSet(SpecPath.Child("volumeMode"), spec.VolumeMode, PersistentVolumeMode.Block, PersistentVolumeMode.Filesystem),
        .. Attributes(SpecPath, spec),
    ];

    /// <summary>A volume that stands in an attachment: one of a CSI driver, with nothing that is between a volume and its claim.</summary>
    public static Findings<FieldError> InlineSpec(FieldPath path, PersistentVolumeSpec spec)
    {
        return
        [
            .. FieldRules.If(spec.ClaimRef is not null, () => Forbidden("claimRef", $"may not be specified {Inline}")),
            .. FieldRules.If(!spec.Capacity.IsEmpty, () => Forbidden("capacity", $"may not be specified {Inline}")),
            .. FieldRules.If(spec.Csi is null, () => FieldError.Required(path.Child("csi"), $"has to be specified {Inline}")),
            .. AccessModes(path.Child("accessModes"), spec.AccessModes),
            .. FieldRules.If(
                spec.PersistentVolumeReclaimPolicy is not (null or "" or PersistentVolumeReclaimPolicy.Retain),
                () => Forbidden("persistentVolumeReclaimPolicy", $"may only be {PersistentVolumeReclaimPolicy.Retain} {Inline}")),
            .. FieldRules.If(spec.NodeAffinity is not null, () => Forbidden("nodeAffinity", $"may not be specified {Inline}")),
            .. PersistentSourceValidation.Validate(path, spec),
            .. FieldRules.If(!string.IsNullOrEmpty(spec.StorageClassName), () => Forbidden("storageClassName", $"may not be specified {Inline}")),
            .. FieldRules.If(
                spec.VolumeMode is not (null or PersistentVolumeMode.Filesystem),
                () => Forbidden("volumeMode", $"may not specify volumeMode other than {PersistentVolumeMode.Filesystem} {Inline}")),
            .. Attributes(path, spec),
        ];

        FieldError Forbidden(string field, string why) => FieldError.Forbidden(path.Child(field), why);
    }

    /// <summary>Where the bytes are stays the same.</summary>
    public static Findings<FieldError> Unchanged(PersistentVolumeSpec spec, PersistentVolumeSpec old)
    {
        // A secret to grow with may be given later.
        var source = PersistentSourceValidation.SourceOf(old.Csi is { ControllerExpandSecretRef: null } && spec.Csi is { } csi
            ? spec with { Csi = csi with { ControllerExpandSecretRef = null } }
            : spec);
        var oldSource = PersistentSourceValidation.SourceOf(old);
        return
        [
            .. FieldRules.If(source != oldSource, () => FieldError.Forbidden(
                SpecPath.Child("persistentvolumesource"),
                $"spec.persistentvolumesource is immutable after creation\n{SpecDifference.Of(source, oldSource)}")),
            .. FieldRules.Unchanged(FieldPath.Of("volumeMode"), spec.VolumeMode, old.VolumeMode),
            .. old.NodeAffinity is null ? [] : FieldRules.Unchanged(FieldPath.Of("nodeAffinity"), spec.NodeAffinity, old.NodeAffinity),
            .. FieldRules.If(
                old.VolumeAttributesClassName is not null && spec.VolumeAttributesClassName is null,
                () => FieldError.Forbidden(SpecPath.Child("volumeAttributesClassName"), "update from non-nil value to nil is forbidden")),
        ];
    }

    /// <summary>Also of claims, which may name more than one as well.</summary>
    public static Findings<FieldError> KnownModes(FieldPath path, ValueList<string> modes) =>
    [
        .. modes.SelectMany(mode => FieldRules.If(!IsMode(mode), () => FieldError.NotSupported(
            path,
            mode,
            PersistentVolumeAccessMode.ReadOnlyMany,
            PersistentVolumeAccessMode.ReadWriteMany,
            PersistentVolumeAccessMode.ReadWriteOnce,
            PersistentVolumeAccessMode.ReadWriteOncePod))),
        .. FieldRules.If(
            modes.Contains(PersistentVolumeAccessMode.ReadWriteOncePod)
                && modes.Any(mode => mode != PersistentVolumeAccessMode.ReadWriteOncePod && IsMode(mode)),
            () => FieldError.Forbidden(path, "may not use ReadWriteOncePod with other access modes")),
    ];

    private static Findings<FieldError> AccessModes(FieldPath path, ValueList<string> modes) =>
        [.. FieldRules.If(modes.IsEmpty, () => FieldError.Required(path)), .. KnownModes(path, modes)];

    private static bool IsMode(string mode) => mode is PersistentVolumeAccessMode.ReadWriteOnce or PersistentVolumeAccessMode.ReadOnlyMany
        or PersistentVolumeAccessMode.ReadWriteMany or PersistentVolumeAccessMode.ReadWriteOncePod;

    private static Findings<FieldError> Capacity(FieldPath path, ValueMap<Quantity> capacity) =>
    [
        .. FieldRules.If(capacity.IsEmpty, () => FieldError.Required(path)),
        .. FieldRules.If(
            capacity.Count != 1 || !capacity.ContainsKey(ResourceName.Storage),
            () => FieldError.NotSupported(path, capacity, ResourceName.Storage)),
        .. capacity.SelectMany(amount => FieldRules.If(
            amount.Value <= default(Quantity), () => FieldError.Invalid(path.Key(amount.Key), amount.Value, FieldRules.NotPositive))),
    ];

    private static Findings<FieldError> Affinity(FieldPath path, VolumeNodeAffinity affinity) => affinity.Required is { } required
        ? SchedulingValidation.Selector(path.Child("required"), required)
        : [FieldError.Required(path.Child("required"), "must specify required node constraints")];

    private static Findings<FieldError> Attributes(FieldPath path, PersistentVolumeSpec spec)
    {
        if (spec.VolumeAttributesClassName is not { } name)
        {
            return [];
        }

        var at = path.Child("volumeAttributesClassName");
        return
        [
            .. name.Length == 0 ? [FieldError.Required(at, "an empty string is disallowed")] : FieldRules.Named(at, name, Names.Subdomain),
            .. FieldRules.If(
                spec.Csi is null, () => FieldError.Required(path.Child("csi"), "has to be specified when using volumeAttributesClassName")),
        ];
    }

    private static bool IsRoot(string path) => path.Length > 0 && path.Split('/').All(part => part is "" or ".") && path[0] == '/';
}
