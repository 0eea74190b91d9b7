using System.Globalization;
using Coppice.Node.Containers;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>
/// The node's last look at a pod before it takes it: the scheduler decided on what it knew a moment ago. Reasons and messages are
/// Kubernetes'. Pure.
/// </summary>
internal static class NodeAdmission
{
    private const string Rejected = "Pod was rejected: ";

    /// <param name="active">The pods that the node has taken and that have not ended.</param>
    /// <param name="allocatable">What the node may give to pods; a resource that is not named is not limited.</param>
    /// <param name="hasAppArmor">The node's kernel has it.</param>
    /// <returns>Why the pod is refused, or null.</returns>
    public static PodVerdict? Judge(Pod pod, IReadOnlyCollection<Pod> active, ValueMap<Quantity> allocatable, bool hasAppArmor)
    {
        // In the kubelet's order, of whose reasons the first is told.
        if (Sysctls.Forbidden(pod.Spec) is { } sysctl)
        {
            return new PodVerdict("SysctlForbidden", Rejected + sysctl);
        }

        return Room(pod, active, allocatable) ?? Demands(pod, hasAppArmor);
    }

    private static PodVerdict? Demands(Pod pod, bool hasAppArmor)
    {
        if (pod.Spec.SecurityContext?.SupplementalGroupsPolicy == SupplementalGroupsPolicy.Strict)
        {
            return new PodVerdict("SupplementalGroupsPolicyNotSupported", Rejected + "SupplementalGroupsPolicy=Strict is not supported in this node");
        }

        var profiles = pod.Spec.InitContainers.Concat(pod.Spec.Containers).Select(one => one.SecurityContext?.AppArmorProfile).Append(pod.Spec.SecurityContext?.AppArmorProfile);
        return !hasAppArmor && profiles.Any(one => one is not (null or { Type: AppArmorProfileType.Unconfined }))
            ? new PodVerdict("AppArmor", Rejected + "Cannot enforce AppArmor: AppArmor is not enabled on the host")
            : null;
    }

    private static PodVerdict? Room(Pod pod, IReadOnlyCollection<Pod> active, ValueMap<Quantity> allocatable)
    {
        // Of several reasons the kubelet's first one is told: room before ports.
        if (allocatable.TryGetValue(ResourceName.Pods, out var podsMax) && active.Count + 1 > podsMax.Value)
        {
            return Insufficient(ResourceName.Pods, 1, active.Count, podsMax.Value);
        }

        var taken = active.Select(other => PodRequests.Of(other.Spec)).ToList();
        foreach (var (name, amount) in PodRequests.Of(pod.Spec))
        {
            if (amount.IsZero || !allocatable.TryGetValue(name, out var most))
            {
                continue;
            }

            var used = taken.Aggregate(default(Quantity), (sum, other) => sum + other.Find(name));
            if (used + amount > most)
            {
                return Insufficient(name, Units(name, amount), Units(name, used), Units(name, most));
            }
        }

        var wanted = HostPortUse.Of(pod.Spec);
        return wanted.Count > 0 && active.Any(other => HostPortUse.Of(other.Spec).Any(used => wanted.Any(used.Collides)))
            ? new PodVerdict("NodePorts", Rejected + "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")
            : null;
    }

    private static PodVerdict Insufficient(string name, long requested, long used, long capacity) => new("OutOf" + name, string.Create(
        CultureInfo.InvariantCulture, $"{Rejected}Node didn't have enough resource: {name}, requested: {requested}, used: {used}, capacity: {capacity}"));

    private static long Units(string name, Quantity amount) => name == ResourceName.Cpu ? amount.MilliValue : amount.Value;
}
