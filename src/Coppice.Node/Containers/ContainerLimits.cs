using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>Requests and limits as the numbers that the kernel takes. Pure.</summary>
public static class ContainerLimits
{
    private const string NodeCritical = "system-node-critical";
    private const int GuaranteedScore = -997;
    private const int BestEffortScore = 1000;

    /// <param name="memoryCapacityBytes">The node's, against which a request is weighed.</param>
    public static ContainerResources Of(Pod pod, Container container, long memoryCapacityBytes)
    {
        var cpuLimit = LimitOf(container.Resources, pod.Spec.Resources, ResourceName.Cpu);
        var cpu = container.Resources.Requests.TryGetValue(ResourceName.Cpu, out var request) ? request : container.Resources.Limits.Find(ResourceName.Cpu);
        var memory = LimitOf(container.Resources, pod.Spec.Resources, ResourceName.Memory).Value;
        var cgroup = CgroupLimits.From(cpu.MilliValue, cpuLimit.IsZero ? null : cpuLimit.MilliValue, memory > 0 ? memory : null);
        return new ContainerResources(
            cgroup.CpuShares ?? CgroupLimits.SharesMin, cgroup.CpuQuotaMicroseconds ?? 0, cgroup.CpuPeriodMicroseconds ?? CgroupLimits.PeriodMicroseconds,
            memory, OomScore(pod, container, memoryCapacityBytes));
    }

    /// <summary>Of the whole pod, for its cgroup: the sum of its containers, or what its start needs, whichever is more.</summary>
    public static CgroupLimits OfPod(Pod pod)
    {
        var (requests, limits) = (PodRequests.Of(pod.Spec), PodLimits.Of(pod.Spec));
        return CgroupLimits.From(requests.Find(ResourceName.Cpu).MilliValue, Bound(ResourceName.Cpu)?.MilliValue, Bound(ResourceName.Memory)?.Value);

        Quantity? Bound(string resource) =>
            PodLimits.IsLimited(pod.Spec, resource) && limits.Find(resource) is { IsZero: false } limit ? limit : null;
    }

    /// <summary>
    /// Of all burstable pods together: the sum of what they ask for, as the kubelet counts. The guaranteed ones hang beside them one by
    /// one, and would otherwise have as much each as all of these have together.
    /// </summary>
    /// <param name="active">The pods of the node that have not ended, of whatever quality.</param>
    public static CgroupLimits OfBurstable(IEnumerable<Pod> active) => CgroupLimits.From(
        active.Where(one => QualityOfService.Of(one) == PodQuality.Burstable).Sum(one => PodRequests.Of(one.Spec).Find(ResourceName.Cpu).MilliValue), null, null);

    /// <summary>Whom the kernel kills first: those that use the most beyond what they asked for.</summary>
    internal static int OomScore(Pod pod, Container container, long memoryCapacityBytes)
    {
        if (pod.Spec.PriorityClassName == NodeCritical)
        {
            return GuaranteedScore;
        }

        switch (QualityOfService.Of(pod))
        {
            case PodQuality.Guaranteed: return GuaranteedScore;
            case PodQuality.BestEffort: return BestEffortScore;
        }

        var request = MemoryRequest(container) + MemoryBeyondContainers(pod);
        var score = memoryCapacityBytes <= 0 ? BestEffortScore - 1 : 1000 - (long)((Int128)1000 * request / memoryCapacityBytes);
        // Between the guaranteed and those that promised nothing, whatever was asked for.
        return (int)Math.Clamp(score, 1000 + GuaranteedScore, BestEffortScore - 1);
    }

    /// <summary>A container without a limit of its own is bound by that of its pod.</summary>
    /// <param name="own">The container's.</param>
    /// <param name="whole">The pod's; null where it says nothing of itself.</param>
    public static Quantity LimitOf(ResourceRequirements own, ResourceRequirements? whole, string name) =>
        own.Limits.Find(name) is { IsZero: false } limit ? limit : whole?.Limits.Find(name) ?? default;

    private static long MemoryRequest(Container container) =>
        container.Resources.Requests.TryGetValue(ResourceName.Memory, out var asked) ? asked.Value : container.Resources.Limits.Find(ResourceName.Memory).Value;

    /// <summary>What a pod asks for as a whole beyond what its containers do counts as theirs in equal parts, as the kubelet counts.</summary>
    private static long MemoryBeyondContainers(Pod pod)
    {
        if (pod.Spec.Resources is not { } whole || !whole.Requests.TryGetValue(ResourceName.Memory, out var all))
        {
            return 0;
        }

        var ofContainers = PodRequests.Of(pod.Spec with { Resources = null, Overhead = default }).Find(ResourceName.Memory);
        return Math.Max(0, (all.Value - ofContainers.Value) / Math.Max(1, pod.Spec.Containers.Count + pod.Spec.InitContainers.Count));
    }
}
