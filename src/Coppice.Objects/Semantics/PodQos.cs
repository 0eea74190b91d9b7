using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>
/// A pod's class of service, which decides who is evicted first and where its cgroup hangs; one of <see cref="PodQOSClass"/>. For the
/// API and the node alike.
/// </summary>
public static class PodQos
{
    /// <summary>
    /// Guaranteed when every container limits processor and memory and asks for as much; BestEffort when none says anything of either;
    /// Burstable otherwise. Resources of the pod itself take the containers' place.
    /// </summary>
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

    private static bool IsFixed(ResourceRequirements resources) => IsFixed(resources, ResourceName.Cpu) && IsFixed(resources, ResourceName.Memory);

    /// <summary>What is not asked for at all is asked for in full; but who asks for nothing, by a zero, gets what is left.</summary>
    private static bool IsFixed(ResourceRequirements resources, string name)
    {
        var limit = resources.Limits.Find(name);
        return IsPositive(limit) && (!resources.Requests.TryGetValue(name, out var request) || request == limit);
    }

    private static bool AsksForAny(ValueMap<Quantity> amounts) =>
        IsPositive(amounts.Find(ResourceName.Cpu)) || IsPositive(amounts.Find(ResourceName.Memory));

    private static bool IsPositive(Quantity amount) => !amount.IsZero && !amount.IsNegative;
}
