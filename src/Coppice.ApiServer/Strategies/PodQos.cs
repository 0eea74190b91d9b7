using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>A pod's class of service, which decides who is evicted first; from its requests and limits of CPU and memory.</summary>
public static class PodQos
{
    private static readonly string[] Counted = [ResourceName.Cpu, ResourceName.Memory];

    public static string Of(PodSpec spec)
    {
        ResourceRequirements[] all = spec.Resources is { } ofPod && (!Positive(ofPod.Requests).IsEmpty || !Positive(ofPod.Limits).IsEmpty)
            ? [ofPod]
            : [.. spec.InitContainers.Concat(spec.Containers).Select(c => c.Resources)];
        if (all.All(r => Positive(r.Requests).IsEmpty && Positive(r.Limits).IsEmpty))
        {
            return PodQOSClass.BestEffort;
        }

        return all.All(IsFixed) ? PodQOSClass.Guaranteed : PodQOSClass.Burstable;
    }

    /// <summary>Both resources are limited, and not less is asked for.</summary>
    private static bool IsFixed(ResourceRequirements resources)
    {
        var limits = Positive(resources.Limits);
        var requests = Positive(resources.Requests);
        return limits.Count == Counted.Length && requests.All(r => limits.TryGetValue(r.Key, out var limit) && r.Value.CompareTo(limit) == 0);
    }

    private static ValueMap<Quantity> Positive(ValueMap<Quantity> amounts) =>
        amounts.Where(a => Counted.Contains(a.Key) && !a.Value.IsZero && !a.Value.IsNegative).ToValueMap();
}
