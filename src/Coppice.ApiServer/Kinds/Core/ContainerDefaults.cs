using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The defaults of containers: when images are pulled, where last words are left, how often probes ask.</summary>
internal static class ContainerDefaults
{
    private const string LastWords = "/dev/termination-log";

    public static Container Default(Container container) => container with
    {
        ImagePullPolicy = container.ImagePullPolicy ?? ImagePull.DefaultPolicy(container.Image),
        TerminationMessagePath = container.TerminationMessagePath ?? LastWords,
        TerminationMessagePolicy = container.TerminationMessagePolicy ?? TerminationMessagePolicy.File,
        Ports = container.Ports.ConvertAll(p => p with { Protocol = p.Protocol ?? Protocol.TCP }),
        Env = container.Env.ConvertAll(Default),
        LivenessProbe = Default(container.LivenessProbe),
        ReadinessProbe = Default(container.ReadinessProbe),
        StartupProbe = Default(container.StartupProbe),
        Lifecycle = container.Lifecycle is { } life ? life with { PostStart = Default(life.PostStart), PreStop = Default(life.PreStop) } : null,
        Resources = Default(container.Resources),
    };

    /// <summary>Kubernetes counts no finer than thousandths.</summary>
    public static ValueMap<Quantity> RoundUp(ValueMap<Quantity> amounts) =>
        amounts.ConvertAll(RoundUp);

    /// <summary>What is limited and not asked for is asked for in full.</summary>
    public static Container WithRequestsFromLimits(Container container)
    {
        if (container.Resources.Limits.IsEmpty)
        {
            return container;
        }

        var missing = container.Resources.Limits.Where(limit => !container.Resources.Requests.ContainsKey(limit.Key)).ToList();
        return missing.Count == 0
            ? container
            : container with { Resources = container.Resources with { Requests = container.Resources.Requests.With(missing) } };
    }

    /// <summary>In the node's own network a container's port is the node's.</summary>
    public static Container WithHostPorts(Container container) => container with
    {
        Ports = container.Ports.ConvertAll(p => p.HostPort == 0 ? p with { HostPort = p.ContainerPortValue } : p),
    };

    private static ResourceRequirements Default(ResourceRequirements resources) =>
        resources with { Limits = RoundUp(resources.Limits), Requests = RoundUp(resources.Requests) };

    private static Quantity RoundUp(Quantity amount)
    {
        var rounded = Quantity.FromMillis(amount.MilliValue);
        return rounded > amount ? rounded : amount;
    }

    private static EnvVar Default(EnvVar variable) => variable.ValueFrom is { } source
        ? variable with
        {
            ValueFrom = source with
            {
                FieldRef = VolumeDefaults.Default(source.FieldRef),
                FileKeyRef = source.FileKeyRef is { } file ? file with { Optional = file.Optional ?? false } : null,
            },
        }
        : variable;

    private static Probe? Default(Probe? probe) => probe is null
        ? null
        : probe with
        {
            TimeoutSeconds = probe.TimeoutSeconds == 0 ? 1 : probe.TimeoutSeconds,
            PeriodSeconds = probe.PeriodSeconds == 0 ? 10 : probe.PeriodSeconds,
            SuccessThreshold = probe.SuccessThreshold == 0 ? 1 : probe.SuccessThreshold,
            FailureThreshold = probe.FailureThreshold == 0 ? 3 : probe.FailureThreshold,
            HttpGet = Default(probe.HttpGet),
            Grpc = probe.Grpc is { } grpc ? grpc with { Service = grpc.Service ?? "" } : null,
        };

    private static LifecycleHandler? Default(LifecycleHandler? handler) =>
        handler is null ? null : handler with { HttpGet = Default(handler.HttpGet) };

    private static HTTPGetAction? Default(HTTPGetAction? get) =>
        get is null ? null : get with { Path = get.Path ?? "/", Scheme = get.Scheme ?? URIScheme.HTTP };
}
