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
        Ports = container.Ports.Change(p => p.Protocol is null ? p with { Protocol = Protocol.TCP } : p),
        Env = container.Env.Change(Default),
        LivenessProbe = Default(container.LivenessProbe),
        ReadinessProbe = Default(container.ReadinessProbe),
        StartupProbe = Default(container.StartupProbe),
        Lifecycle = container.Lifecycle is { } life ? life with { PostStart = Default(life.PostStart), PreStop = Default(life.PreStop) } : null,
        Resources = Default(container.Resources),
    };

    /// <summary>Those of a pod's own container, beside which a template's stay open: what is limited and not asked for is asked for in full.</summary>
    public static Container OfPod(Container container)
    {
        var complete = Default(container);
        var (limits, requests) = (complete.Resources.Limits, complete.Resources.Requests);
        foreach (var (name, _) in limits)
        {
            if (!requests.ContainsKey(name))
            {
                return complete with { Resources = complete.Resources with { Requests = limits.With(requests) } };
            }
        }

        return complete;
    }

    /// <summary>In the node's own network a container's port is the node's, too.</summary>
    public static Container OfPodInHostNetwork(Container container)
    {
        var complete = OfPod(container);
        return complete with { Ports = complete.Ports.Change(p => p.HostPort == 0 ? p with { HostPort = p.ContainerPortValue } : p) };
    }

    /// <summary>Kubernetes counts no finer than thousandths.</summary>
    public static ValueMap<Quantity> RoundUp(ValueMap<Quantity> amounts)
    {
        foreach (var (_, amount) in amounts)
        {
            if (RoundUp(amount) > amount)
            {
                return amounts.ConvertAll(RoundUp);
            }
        }

        return amounts;
    }

    private static ResourceRequirements Default(ResourceRequirements resources)
    {
        var (limits, requests) = (RoundUp(resources.Limits), RoundUp(resources.Requests));
        return limits == resources.Limits && requests == resources.Requests ? resources : resources with { Limits = limits, Requests = requests };
    }

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
        get is null or { Path: not null, Scheme: not null } ? get : get with { Path = get.Path ?? "/", Scheme = get.Scheme ?? URIScheme.HTTP };
}
