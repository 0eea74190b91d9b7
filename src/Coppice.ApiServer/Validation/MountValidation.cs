using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Where a container sees the pod's volumes.</summary>
internal static class MountValidation
{
    public static Findings<FieldError> Mounts(FieldPath path, Container container, IReadOnlySet<string> volumes) =>
    [
        .. FieldRules.Each(path, container.VolumeMounts, (at, mount) => Mount(at, mount, container, volumes)),
        .. FieldRules.DistinctNames(
            path, container.VolumeMounts, m => m.MountPath, (at, mountPath) => FieldError.Invalid(at.Child("mountPath"), mountPath, "must be unique")),
    ];

    public static Findings<FieldError> Devices(FieldPath path, Container container, IReadOnlySet<string> volumes) =>
        FieldRules.Each(
            path,
            container.VolumeDevices,
            (at, device) => [.. Named(at.Child("name"), device.Name, volumes), .. FieldRules.Required(at.Child("devicePath"), device.DevicePath)]);

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

    private static Findings<FieldError> Mount(FieldPath path, VolumeMount mount, Container container, IReadOnlySet<string> volumes) =>
    [
        .. Named(path.Child("name"), mount.Name, volumes),
        .. FieldRules.Required(path.Child("mountPath"), mount.MountPath),
        .. mount.SubPath is { } part ? InnerPath(path.Child("subPath"), part) : [],
        .. mount.SubPathExpr is { } expression ? Expression(path.Child("subPathExpr"), expression, mount) : [],
        .. mount.MountPropagation is { } mode ? Propagation(path.Child("mountPropagation"), mode, container) : [],
    ];

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

    private static Findings<FieldError> Expression(FieldPath path, string value, VolumeMount mount) => mount.SubPath is null
        ? InnerPath(path, value)
        : [FieldError.Invalid(path, value, "subPathExpr and subPath are mutually exclusive")];

    private static Findings<FieldError> Propagation(FieldPath path, string mode, Container container)
    {
        var errors = FieldRules.OneOf(
            path, mode, MountPropagationMode.Bidirectional, MountPropagationMode.HostToContainer, MountPropagationMode.None);
        return mode == MountPropagationMode.Bidirectional && container.SecurityContext?.Privileged != true
            ? [.. errors, FieldError.Forbidden(path, "Bidirectional mount propagation is available only to privileged containers")]
            : errors;
    }
}
