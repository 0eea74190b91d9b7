
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects;
using Coppice.Objects.Core;
namespace Coppice.ApiServer.Validation;

/// <summary>The containers of a pod.</summary>
internal static class ContainerValidation
{
    private const string OnlyForSidecars = "may not be set for init containers without restartPolicy=Always";

    /// <param name="volumes">The names of the pod's volumes.</param>
    public static Findings<FieldError> Containers(FieldPath path, PodSpec spec, IReadOnlySet<string> volumes)
    {
        var containers = spec.Containers;
        if (containers.IsEmpty)
        {
            return [FieldError.Required(path)];
        }

        return
        [
            .. FieldRules.Each(path, containers, (at, c) => [.. Common(at, c, volumes, spec.RestartPolicy), .. Lifetime(at, c, spec.TerminationGracePeriodSeconds)]),
            .. FieldRules.DistinctNames(path, containers, c => c.Name, (at, name) => FieldError.Duplicate(at.Child("name"), name)),
            .. HostPorts(path, containers),
        ];
    }

    public static Findings<FieldError> InitContainers(FieldPath path, PodSpec spec, IReadOnlySet<string> volumes)
    {
        if (spec.InitContainers.IsEmpty)
        {
            return [];
        }

        var errors = Findings<FieldError>.None;
        var others = spec.Containers.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (at, container) in spec.InitContainers.Select((c, i) => (path.Index(i), c)))
        {
            errors.AddRange(Common(at, container, volumes, spec.RestartPolicy));
            errors.AddRange(container.RestartPolicy == ContainerRestartPolicy.Always
                ? Lifetime(at, container, spec.TerminationGracePeriodSeconds)
                : NoLifetime(at, container));

            // They run one after the other: each may have the ports that another one had.
            errors.AddRange(HostPorts(path, [container]));
            if (!others.Add(container.Name) && container.Name.Length > 0)
            {
                errors.Add(FieldError.Duplicate(at.Child("name"), container.Name));
            }
        }

        return errors;
    }

    public static Findings<FieldError> EphemeralContainers(FieldPath path, PodSpec spec, IReadOnlySet<string> volumes)
    {
        if (spec.EphemeralContainers.IsEmpty)
        {
            return [];
        }

        var errors = Findings<FieldError>.None;
        var others = spec.Containers.Concat(spec.InitContainers).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (at, container) in spec.EphemeralContainers.Select((c, i) => (path.Index(i), c)))
        {
            if (container.TargetContainerName is { } target && !spec.Containers.Concat(spec.InitContainers).Any(c => c.Name == target))
            {
                errors.Add(FieldError.NotFound(at.Child("targetContainerName"), target));
            }

            errors.AddRange(Common(at, container.AsContainer(), volumes, spec.RestartPolicy));
            errors.AddRange(NotForEphemeral(at, container));

            if (!others.Add(container.Name) && container.Name.Length > 0)
            {
                errors.Add(FieldError.Duplicate(at.Child("name"), container.Name));
            }
        }

        return errors;
    }

    private static Findings<FieldError> Common(FieldPath path, Container container, IReadOnlySet<string> volumes, string? restartPolicy) =>
    [
        .. FieldRules.RequiredName(path.Child("name"), container.Name, Names.Label),
        .. Image(path.Child("image"), container.Image),
        .. FieldRules.OneOf(
            path.Child("terminationMessagePolicy"), container.TerminationMessagePolicy, TerminationMessagePolicy.FallbackToLogsOnError, TerminationMessagePolicy.File),
        .. Ports(path.Child("ports"), container.Ports),
        .. EnvironmentValidation.Variables(path.Child("env"), container.Env),
        .. EnvironmentValidation.Sources(path.Child("envFrom"), container.EnvFrom),
        .. MountValidation.Mounts(path.Child("volumeMounts"), container, volumes),
        .. MountValidation.Devices(path.Child("volumeDevices"), container, volumes),
        .. FieldRules.OneOf(path.Child("imagePullPolicy"), container.ImagePullPolicy, PullPolicy.Always, PullPolicy.IfNotPresent, PullPolicy.Never),
        .. ResourceValidation.Validate(path.Child("resources"), container.Resources),
        .. ResourceValidation.Policies(path.Child("resizePolicy"), container.ResizePolicy, restartPolicy),
        .. SecurityValidation.OfContainer(path.Child("securityContext"), container.SecurityContext),
    ];

    private static Findings<FieldError> Image(FieldPath path, string? image)
    {
        var errors = Findings<FieldError>.None;
        if (image is null)
        {
            errors.Add(FieldError.Required(path));
        }
        else if (image.Trim().Length != image.Length)
        {
            errors.Add(FieldError.Invalid(path, image, "must not have leading or trailing whitespace"));
        }

        return errors;
    }

    private static Findings<FieldError> Lifetime(FieldPath path, Container container, long? grace) =>
    [
        .. ProbeValidation.Lifecycle(path.Child("lifecycle"), container.Lifecycle, grace),
        .. ProbeValidation.Health(path.Child("livenessProbe"), container.LivenessProbe),
        .. ProbeValidation.Readiness(path.Child("readinessProbe"), container.ReadinessProbe),
        .. ProbeValidation.Health(path.Child("startupProbe"), container.StartupProbe),
    ];

    private static Findings<FieldError> NoLifetime(FieldPath path, Container container)
    {
        (string Field, object? Value)[] forbidden =
        [
            ("lifecycle", container.Lifecycle),
            ("livenessProbe", container.LivenessProbe),
            ("readinessProbe", container.ReadinessProbe),
            ("startupProbe", container.StartupProbe),
        ];
        Findings<FieldError> restart = container.RestartPolicy is null
            ? []
            : FieldRules.OneOf(path.Child("restartPolicy"), container.RestartPolicy, ContainerRestartPolicy.Always, ContainerRestartPolicy.Never, ContainerRestartPolicy.OnFailure);
        return [.. forbidden.Where(f => f.Value is not null).Select(f => FieldError.Forbidden(path.Child(f.Field), OnlyForSidecars)), .. restart];
    }

    private static Findings<FieldError> NotForEphemeral(FieldPath path, EphemeralContainer container)
    {
        const string Why = "cannot be set for an Ephemeral Container";
        (string Field, bool Set)[] forbidden =
        [
            ("lifecycle", container.Lifecycle is not null),
            ("livenessProbe", container.LivenessProbe is not null),
            ("ports", !container.Ports.IsEmpty),
            ("readinessProbe", container.ReadinessProbe is not null),
            ("resources", container.Resources != new ResourceRequirements()),
            ("startupProbe", container.StartupProbe is not null),
        ];
        var mounts = path.Child("volumeMounts");
        return
        [
            .. forbidden.Where(f => f.Set).Select(f => FieldError.Forbidden(path.Child(f.Field), Why)),
            .. FieldRules.Each(mounts, container.VolumeMounts, (at, mount) =>
            [
                .. FieldRules.If(mount.SubPath is not null, () => FieldError.Forbidden(at.Child("subPath"), Why)),
                .. FieldRules.If(mount.SubPathExpr is not null, () => FieldError.Forbidden(at.Child("subPathExpr"), Why)),
            ]),
        ];
    }

    private static Findings<FieldError> Ports(FieldPath path, ValueList<ContainerPort> ports) =>
    [
        .. FieldRules.Each(path, ports, Port),
        .. FieldRules.DistinctNames(path, ports, p => p.Name, (at, name) => FieldError.Duplicate(at.Child("name"), name)),
    ];

    private static Findings<FieldError> Port(FieldPath path, ContainerPort port) =>
    [
        .. port.Name is { } name ? FieldRules.Named(path.Child("name"), name, Names.PortName) : [],
        .. port.ContainerPortValue == 0
            ? [FieldError.Required(path.Child("containerPort"))]
            : FieldRules.Port(path.Child("containerPort"), port.ContainerPortValue),
        .. port.HostPort == 0 ? [] : FieldRules.Port(path.Child("hostPort"), port.HostPort),
        .. FieldRules.OneOf(path.Child("protocol"), port.Protocol, Protocol.SCTP, Protocol.TCP, Protocol.UDP),
    ];

    /// <summary>A port of the node can be had once.</summary>
    private static Findings<FieldError> HostPorts(FieldPath path, ValueList<Container> containers)
    {
        var errors = Findings<FieldError>.None;
        HashSet<string>? taken = null;
        for (var i = 0; i < containers.Count; i++)
        {
            for (var j = 0; j < containers[i].Ports.Count; j++)
            {
                var port = containers[i].Ports[j];
                if (port.HostPort != 0 && $"{port.Protocol}/{port.HostIP}/{port.HostPort}" is var key && !(taken ??= new(StringComparer.Ordinal)).Add(key))
                {
                    errors.Add(FieldError.Duplicate(path.Index(i).Child("ports").Index(j).Child("hostPort"), key));
                }
            }
        }

        return errors;
    }
}
