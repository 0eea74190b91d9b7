using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>
/// What a pod is taken to use when nodes are compared: what it requests, and a guess where it says nothing, so that pods without
/// requests are spread, too.
/// </summary>
internal static class NonZeroRequests
{
    /// <summary>Of each container that requests nothing: a tenth of a CPU, and 200 MiB.</summary>
    private static readonly ValueMap<Quantity> Unstated = ValueMap.Of(
        (ResourceName.Cpu, Quantity.FromMillis(100)), (ResourceName.Memory, Quantity.FromBytes(200 << 20)));

    public static ValueMap<Quantity> Of(Pod pod) => PodRequests.Of(pod, IsSetForPod(pod.Spec) ? UnstatedBeside(PodRequests.Of(pod)) : Unstated);

    private static bool IsSetForPod(PodSpec spec) => spec.Resources is { } whole && whole.Requests.Keys.Any(PodRequests.IsOfPods);

    // Of a pod that requests something as a whole, the containers need not say it.
    private static ValueMap<Quantity> UnstatedBeside(ValueMap<Quantity> requests) =>
        Unstated.Where(amount => !requests.ContainsKey(amount.Key)).ToValueMap();
}
