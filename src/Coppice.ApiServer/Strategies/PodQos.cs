using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>A pod's class of service, which decides who is evicted first; from its requests and limits of CPU and memory.</summary>
public static class PodQos
{
    public static string Of(PodSpec spec)
    {
        ResourceRequirements[] all = spec.Resources is { } ofPod && (AsksForAny(ofPod.Requests) || AsksForAny(ofPod.Limits))
            ? [ofPod]
            : [.. spec.InitContainers.Concat(spec.Containers).Select(c => c.Resources)];
        if (!all.Any(r => AsksForAny(r.Requests) || AsksForAny(r.Limits)))
        {
            return PodQOSClass.BestEffort;
        }

        return all.All(IsFixed) ? PodQOSClass.Guaranteed : PodQOSClass.Burstable;
    }

    /// <summary>Both resources are limited, and not less is asked for.</summary>
    private static bool IsFixed(ResourceRequirements resources) =>
        IsFixed(resources, ResourceName.Cpu) && IsFixed(resources, ResourceName.Memory);

    private static bool IsFixed(ResourceRequirements resources, string name)
    {
        var limit = resources.Limits.Find(name);
        var request = resources.Requests.Find(name);
        return IsPositive(limit) && (!IsPositive(request) || request == limit);
    }

    private static bool AsksForAny(ValueMap<Quantity> amounts) =>
        IsPositive(amounts.Find(ResourceName.Cpu)) || IsPositive(amounts.Find(ResourceName.Memory));

    private static bool IsPositive(Quantity amount) => !amount.IsZero && !amount.IsNegative;
}
