using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>
/// What a container that requests nothing is taken to use when nodes are compared, so that pods without requests are spread, too.
/// </summary>
internal static class DefaultRequests
{
    /// <summary>A tenth of a CPU, and 200 MiB.</summary>
    private static readonly ValueMap<Quantity> All = ValueMap.Of(
        (ResourceName.Cpu, Quantity.FromMillis(100)), (ResourceName.Memory, Quantity.FromBytes(200 << 20)));

    /// <summary>Those that count for the pod: where it requests something as a whole, its containers need not say it.</summary>
    public static ValueMap<Quantity> Of(Pod pod)
    {
        if (pod.Spec.Resources is not { } whole || !whole.Requests.Keys.Any(PodRequests.IsOfPods))
        {
            return All;
        }

        var requests = PodRequests.Of(pod);
        return All.Where(amount => !requests.ContainsKey(amount.Key)).ToValueMap();
    }
}
