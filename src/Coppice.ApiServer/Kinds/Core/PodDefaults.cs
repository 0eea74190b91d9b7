using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The defaults of pods and of their templates, which differ: a template's requests, host ports and service links stay open.</summary>
internal static class PodDefaults
{
    private const long GraceSeconds = 30;

    public static Pod Default(Pod pod)
    {
        var spec = Default(pod.Spec);
        var inHostNetwork = spec.HostNetwork;
        return pod with
        {
            Spec = spec with
            {
                EnableServiceLinks = spec.EnableServiceLinks ?? true,
                Containers = spec.Containers.ConvertAll(Complete),
                InitContainers = spec.InitContainers.ConvertAll(Complete),
            },
        };

        Container Complete(Container container)
        {
            var complete = ContainerDefaults.WithRequestsFromLimits(container);
            return inHostNetwork ? ContainerDefaults.WithHostPorts(complete) : complete;
        }
    }

    public static PodTemplateSpec Default(PodTemplateSpec template) => template with { Spec = Default(template.Spec) };

    private static PodSpec Default(PodSpec spec) => spec with
    {
        DnsPolicy = spec.DnsPolicy ?? DNSPolicy.ClusterFirst,
        RestartPolicy = spec.RestartPolicy ?? RestartPolicy.Always,
        SecurityContext = spec.SecurityContext ?? new(),
        TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds ?? GraceSeconds,
        SchedulerName = spec.SchedulerName ?? "default-scheduler",
        // The older name of the field follows the newer.
        ServiceAccountName = spec.ServiceAccountName ?? spec.ServiceAccount,
        ServiceAccount = spec.ServiceAccountName ?? spec.ServiceAccount,
        Volumes = spec.Volumes.ConvertAll(VolumeDefaults.Default),
        InitContainers = spec.InitContainers.ConvertAll(ContainerDefaults.Default),
        Containers = spec.Containers.ConvertAll(ContainerDefaults.Default),
        EphemeralContainers = spec.EphemeralContainers.ConvertAll(EphemeralContainerDefaults.Default),
        Overhead = ContainerDefaults.RoundUp(spec.Overhead),
    };
}
