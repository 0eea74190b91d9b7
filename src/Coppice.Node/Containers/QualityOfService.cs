using Coppice.Node.Runtime.Cgroups;
using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>A pod's quality of service class, by Kubernetes' rules. Pure.</summary>
public static class QualityOfService
{
    private static readonly string[] Counted = [ResourceName.Cpu, ResourceName.Memory];

    /// <summary>
    /// Guaranteed when every container limits processor and memory and requests as much; BestEffort when none says anything of
    /// either; Burstable otherwise. Resources of the pod itself take the containers' place.
    /// </summary>
    public static PodQuality Of(Pod pod)
    {
        ResourceRequirements[] all = pod.Spec.Resources is { } whole && (Says(whole.Requests) || Says(whole.Limits))
            ? [whole]
            : [.. pod.Spec.InitContainers.Concat(pod.Spec.Containers).Select(one => one.Resources)];
        if (!all.Any(one => Says(one.Requests) || Says(one.Limits)))
        {
            return PodQuality.BestEffort;
        }

        return all.All(IsGuaranteed) ? PodQuality.Guaranteed : PodQuality.Burstable;
    }

    private static bool IsGuaranteed(ResourceRequirements resources) => Counted.All(name =>
        resources.Limits.TryGetValue(name, out var limit) && !limit.IsZero
        && (!resources.Requests.TryGetValue(name, out var request) || request.CompareTo(limit) == 0));

    private static bool Says(Objects.ValueMap<Objects.Quantity> amounts) => Counted.Any(name => amounts.TryGetValue(name, out var amount) && !amount.IsZero);
}
