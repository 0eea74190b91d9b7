using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>What a pod may use at most, added up as its requests are. What is without a limit adds nothing.</summary>
public static class PodLimits
{
    public static ValueMap<Quantity> Of(PodSpec spec)
    {
        var limits = new ResourceSum()
            .AddContainers(spec, container => container.Resources.Limits)
            .Replace((spec.Resources?.Limits ?? default).Where(amount => PodRequests.IsOfPods(amount.Key)))
            .ToValueMap();
        return new ResourceSum().Add(limits).Add(spec.Overhead.Where(amount => !limits.Find(amount.Key).IsZero)).ToValueMap();
    }

    /// <summary>Whether nothing in the pod may use as much of a resource as there is.</summary>
    public static bool IsLimited(PodSpec spec, string resource) =>
        spec.Resources?.Limits.ContainsKey(resource) == true
        || spec.InitContainers.Concat(spec.Containers).All(container => !container.Resources.Limits.Find(resource).IsZero);
}
