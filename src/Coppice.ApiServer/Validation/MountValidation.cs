using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Where a container sees the pod's volumes.</summary>
internal static class MountValidation
{
    public static Findings<FieldError> Mounts(FieldPath path, Container container, IReadOnlySet<string> volumes) =>
    [
        .. FieldRules.Each(path, container.VolumeMounts, (at, mount) => Mount(path, at, mount, container, volumes)),
        .. FieldRules.DistinctNames(
            path, container.VolumeMounts, m => m.MountPath, (at, mountPath) => FieldError.Invalid(at.Child("mountPath"), mountPath, "must be unique")),
    ];

    public static Findings<FieldError> Devices(FieldPath path, Container container, IReadOnlySet<string> volumes) =>
    [
        .. FieldRules.Each(path, container.VolumeDevices, (at, device) =>
        [
            .. Named(at.Child("name"), device.Name, volumes),
            .. FieldRules.Required(at.Child("devicePath"), device.DevicePath),
            .. FieldRules.If(
                device.DevicePath.Split('/').Contains(".."),
                () => FieldError.Invalid(at.Child("devicePath"), device.DevicePath, "can not contain backsteps ('..')")),
        ]),
        .. FieldRules.DistinctNames(path, container.VolumeDevices, d => d.Name, (at, name) => FieldError.Invalid(at.Child("name"), name, "must be unique")),
        .. FieldRules.DistinctNames(
            path, container.VolumeDevices, d => d.DevicePath, (at, device) => FieldError.Invalid(at.Child("devicePath"), device, "must be unique")),
    ];

    /// <summary>A path inside a volume: it may not lead out of it.</summary>
    public static Findings<FieldError> InnerPath(FieldPath path, string value)
    {
        var errors = Findings<FieldError>.None;
        if (value.StartsWith('/'))
        {
            errors.Add(FieldError.Invalid(path, value, "must be a relative path"));
        }

        errors.AddRange(NoWayBack(path, value));

        return errors;
    }

    public static Findings<FieldError> NoWayBack(FieldPath path, string value)
    {
        var errors = Findings<FieldError>.None;
        if (value.Contains("..", StringComparison.Ordinal) && value.Split('/').Contains(".."))
        {
            errors.Add(FieldError.Invalid(path, value, "must not contain '..'"));
        }

        return errors;
    }

    /// <param name="all">Of the list: some of Kubernetes' messages name it alone.</param>
    private static Findings<FieldError> Mount(FieldPath all, FieldPath path, VolumeMount mount, Container container, IReadOnlySet<string> volumes) =>
    [
        .. Named(path.Child("name"), mount.Name, volumes),
        .. FieldRules.Required(path.Child("mountPath"), mount.MountPath),
        .. mount.MountPath.Contains(':')
            ? [FieldError.Invalid(path.Child("mountPath"), mount.MountPath, "must not contain ':'")]
            : Findings<FieldError>.None,
        .. NoDevice(path, mount, container.VolumeDevices),
        .. mount.SubPath is { } part ? InnerPath(all.Child("subPath"), part) : [],
        .. mount is { SubPath: not null, SubPathExpr: not null }
            ? [FieldError.Invalid(path.Child("subPathExpr"), mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive")]
            : Findings<FieldError>.None,
        .. mount.SubPathExpr is { } expression ? InnerPath(all.Child("subPathExpr"), expression) : [],
        .. mount.MountPropagation is { } mode ? Propagation(all.Child("mountPropagation"), mode, container) : [],
        .. mount.RecursiveReadOnly is { } recursive ? Recursive(all.Child("recursiveReadOnly"), recursive, mount) : [],
    ];

    private static Findings<FieldError> NoDevice(FieldPath path, VolumeMount mount, ValueList<VolumeDevice> devices) => devices.IsEmpty
        ? []
        :
        [
            .. devices.Any(d => d.Name == mount.Name)
                ? [FieldError.Invalid(path.Child("name"), mount.Name, "must not already exist in volumeDevices")]
                : Findings<FieldError>.None,
            .. devices.Any(d => d.DevicePath == mount.MountPath)
                ? [FieldError.Invalid(path.Child("mountPath"), mount.MountPath, "must not already exist as a path in volumeDevices")]
                : Findings<FieldError>.None,
        ];

    private static Findings<FieldError> Recursive(FieldPath path, string mode, VolumeMount mount) => mode switch
    {
        RecursiveReadOnlyMode.Disabled => [],
        RecursiveReadOnlyMode.Enabled or RecursiveReadOnlyMode.IfPossible =>
        [
            .. FieldRules.If(!mount.ReadOnly, () => FieldError.Forbidden(path, "may only be specified when readOnly is true")),
            .. FieldRules.If(
                mount.MountPropagation is not (null or MountPropagationMode.None),
                () => FieldError.Forbidden(path, "may only be specified when mountPropagation is None or not specified")),
        ],
        _ => [FieldError.NotSupported(path, mode, RecursiveReadOnlyMode.Disabled, RecursiveReadOnlyMode.IfPossible, RecursiveReadOnlyMode.Enabled)],
    };

    private static Findings<FieldError> Named(FieldPath path, string name, IReadOnlySet<string> volumes)
    {
        var errors = Findings<FieldError>.None;
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }
        else if (!volumes.Contains(name))
        {
            errors.Add(FieldError.NotFound(path, name));
        }

        return errors;
    }

    private static Findings<FieldError> Propagation(FieldPath path, string mode, Container container)
    {
        var errors = FieldRules.OneOf(
            path, mode, MountPropagationMode.Bidirectional, MountPropagationMode.HostToContainer, MountPropagationMode.None);
        return mode == MountPropagationMode.Bidirectional && container.SecurityContext?.Privileged != true
            ? [.. errors, FieldError.Forbidden(path, "Bidirectional mount propagation is available only to privileged containers")]
            : errors;
    }
}
