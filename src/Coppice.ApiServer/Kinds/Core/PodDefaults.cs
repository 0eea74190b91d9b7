using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The defaults of pods and of their templates, which differ: a template's requests, host ports and service links stay open.</summary>
internal static class PodDefaults
{
    private const long GraceSeconds = 30;

    public static Pod Default(Pod pod) => pod with
    {
        Spec = Default(pod.Spec, pod.Spec.HostNetwork ? ContainerDefaults.OfPodInHostNetwork : ContainerDefaults.OfPod, serviceLinks: true),
    };

    public static PodTemplateSpec Default(PodTemplateSpec template) => template with { Spec = Default(template.Spec, ContainerDefaults.Default, serviceLinks: null) };

    private static PodSpec Default(PodSpec spec, Converter<Container, Container> container, bool? serviceLinks) => spec with
    {
        DnsPolicy = spec.DnsPolicy ?? DNSPolicy.ClusterFirst,
        RestartPolicy = spec.RestartPolicy ?? RestartPolicy.Always,
        SecurityContext = spec.SecurityContext ?? new(),
        TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds ?? GraceSeconds,
        SchedulerName = spec.SchedulerName ?? "default-scheduler",
        // The older name of the field follows the newer.
        ServiceAccountName = spec.ServiceAccountName ?? spec.ServiceAccount,
        ServiceAccount = spec.ServiceAccountName ?? spec.ServiceAccount,
        EnableServiceLinks = spec.EnableServiceLinks ?? serviceLinks,
        Volumes = spec.Volumes.Change(VolumeDefaults.Default),
        InitContainers = spec.InitContainers.Change(container),
        Containers = spec.Containers.Change(container),
        EphemeralContainers = spec.EphemeralContainers.ConvertAll(EphemeralContainerDefaults.Default),
        Overhead = ContainerDefaults.RoundUp(spec.Overhead),
    };
}
