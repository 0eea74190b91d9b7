using Coppice.ApiServer.Strategies;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>The containers of a pod.</summary>
internal static class ContainerValidation
{
    private const string OnlyForSidecars = "may not be set for init containers without restartPolicy=Always";

    /// <param name="volumes">The names of the pod's volumes.</param>
    public static IEnumerable<FieldError> Containers(FieldPath path, ValueList<Container> containers, IReadOnlySet<string> volumes)
    {
        if (containers.IsEmpty)
        {
            return [FieldError.Required(path)];
        }

        return
        [
            .. FieldRules.Each(path, containers, (at, c) => Common(at, c, volumes).Concat(Lifetime(at, c))),
            .. FieldRules.Repeated(containers, c => c.Name)
                .Where(r => r.Key.Length > 0)
                .Select(r => FieldError.Duplicate(path.Index(r.Index).Child("name"), r.Key)),
            .. HostPorts(path, containers),
        ];
    }

    public static IEnumerable<FieldError> InitContainers(FieldPath path, PodSpec spec, IReadOnlySet<string> volumes)
    {
        var others = spec.Containers.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (at, container) in spec.InitContainers.Select((c, i) => (path.Index(i), c)))
        {
            var errors = Common(at, container, volumes)
                .Concat(container.RestartPolicy == ContainerRestartPolicy.Always ? Lifetime(at, container) : NoLifetime(at, container));
            foreach (var error in errors)
            {
                yield return error;
            }

            if (!others.Add(container.Name) && container.Name.Length > 0)
            {
                yield return FieldError.Duplicate(at.Child("name"), container.Name);
            }
        }

        foreach (var error in HostPorts(path, spec.InitContainers))
        {
            yield return error;
        }
    }

    public static IEnumerable<FieldError> EphemeralContainers(FieldPath path, PodSpec spec, IReadOnlySet<string> volumes)
    {
        var others = spec.Containers.Concat(spec.InitContainers).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (at, container) in spec.EphemeralContainers.Select((c, i) => (path.Index(i), c)))
        {
            if (container.TargetContainerName is { } target && !spec.Containers.Concat(spec.InitContainers).Any(c => c.Name == target))
            {
                yield return FieldError.NotFound(at.Child("targetContainerName"), target);
            }

            foreach (var error in Common(at, container.AsContainer(), volumes).Concat(NotForEphemeral(at, container)))
            {
                yield return error;
            }

            if (!others.Add(container.Name) && container.Name.Length > 0)
            {
                yield return FieldError.Duplicate(at.Child("name"), container.Name);
            }
        }
    }

    private static IEnumerable<FieldError> Common(FieldPath path, Container container, IReadOnlySet<string> volumes) =>
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
        .. SecurityValidation.OfContainer(path.Child("securityContext"), container.SecurityContext),
    ];

    private static IEnumerable<FieldError> Image(FieldPath path, string? image)
    {
        if (image is null)
        {
            yield return FieldError.Required(path);
        }
        else if (image.Trim().Length != image.Length)
        {
            yield return FieldError.Invalid(path, image, "must not have leading or trailing whitespace");
        }
    }

    private static IEnumerable<FieldError> Lifetime(FieldPath path, Container container) =>
    [
        .. ProbeValidation.Lifecycle(path.Child("lifecycle"), container.Lifecycle),
        .. ProbeValidation.Health(path.Child("livenessProbe"), container.LivenessProbe),
        .. ProbeValidation.Readiness(path.Child("readinessProbe"), container.ReadinessProbe),
        .. ProbeValidation.Health(path.Child("startupProbe"), container.StartupProbe),
    ];

    private static IEnumerable<FieldError> NoLifetime(FieldPath path, Container container)
    {
        (string Field, object? Value)[] forbidden =
        [
            ("lifecycle", container.Lifecycle),
            ("livenessProbe", container.LivenessProbe),
            ("readinessProbe", container.ReadinessProbe),
            ("startupProbe", container.StartupProbe),
        ];
        IEnumerable<FieldError> restart = container.RestartPolicy is null
            ? []
            : FieldRules.OneOf(path.Child("restartPolicy"), container.RestartPolicy, ContainerRestartPolicy.Always, ContainerRestartPolicy.Never, ContainerRestartPolicy.OnFailure);
        return forbidden.Where(f => f.Value is not null).Select(f => FieldError.Forbidden(path.Child(f.Field), OnlyForSidecars)).Concat(restart);
    }

    private static IEnumerable<FieldError> NotForEphemeral(FieldPath path, EphemeralContainer container)
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
        return forbidden.Where(f => f.Set).Select(f => FieldError.Forbidden(path.Child(f.Field), Why));
    }

    private static IEnumerable<FieldError> Ports(FieldPath path, ValueList<ContainerPort> ports) =>
    [
        .. FieldRules.Each(path, ports, Port),
        .. FieldRules.Repeated(ports, p => p.Name)
            .Where(r => r.Key is not null)
            .Select(r => FieldError.Duplicate(path.Index(r.Index).Child("name"), r.Key)),
    ];

    private static IEnumerable<FieldError> Port(FieldPath path, ContainerPort port) =>
    [
        .. port.Name is { } name ? FieldRules.Named(path.Child("name"), name, Names.PortName) : [],
        .. port.ContainerPortValue == 0
            ? [FieldError.Required(path.Child("containerPort"))]
            : FieldRules.Port(path.Child("containerPort"), port.ContainerPortValue),
        .. port.HostPort == 0 ? [] : FieldRules.Port(path.Child("hostPort"), port.HostPort),
        .. FieldRules.OneOf(path.Child("protocol"), port.Protocol, Protocol.SCTP, Protocol.TCP, Protocol.UDP),
    ];

    /// <summary>A port of the node can be had once.</summary>
    private static IEnumerable<FieldError> HostPorts(FieldPath path, ValueList<Container> containers)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return containers
            .SelectMany((c, i) => c.Ports.Select((port, j) => (At: path.Index(i).Child("ports").Index(j).Child("hostPort"), port)))
            .Where(p => p.port.HostPort != 0)
            .Select(p => (p.At, Key: $"{p.port.Protocol}/{p.port.HostIP}/{p.port.HostPort}"))
            .Where(p => !taken.Add(p.Key))
            .Select(p => FieldError.Duplicate(p.At, p.Key));
    }
}
