using System.Globalization;
using Coppice.Node.Containers;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Admission;

/// <summary>
/// The node's last look at a pod before it takes it: the scheduler decided on what it knew a moment ago. Reasons and messages are
/// Kubernetes'. Pure.
/// </summary>
internal static class NodeAdmission
{
    private const string Rejected = "Pod was rejected: ";

    // In the kubelet's order: of several resources that are short, the first is told.
    private static readonly string[] FirstNames = [ResourceName.Cpu, ResourceName.Memory, ResourceName.Ephemeralstorage];

    /// <param name="active">The pods that the node has taken and that have not ended, with what is allocated to them.</param>
    /// <param name="allocatable">What the node may give to pods; a resource that is not named is not limited.</param>
    /// <param name="hasAppArmor">The node's kernel has it.</param>
    /// <returns>Why the pod is refused, or null.</returns>
    public static PodTermination? Reject(Pod pod, IReadOnlyCollection<Pod> active, ValueMap<Quantity> allocatable, bool hasAppArmor)
    {
        // In the kubelet's order, of whose reasons the first is told.
        if (Sysctls.Forbidden(pod.Spec) is { } sysctl)
        {
            return new PodTermination("SysctlForbidden", Rejected + sysctl);
        }

        return Room(pod, active, allocatable) ?? Demands(pod, hasAppArmor);
    }

    /// <summary>What a pod asks for, or a part of that, and the node has not got beside its other pods; null if it has.</summary>
    public static Shortage? ShortageFor(ValueMap<Quantity> requests, IEnumerable<Pod> others, ValueMap<Quantity> allocatable)
    {
        var taken = others.Select(other => PodRequests.Of(other.Spec)).ToList();
        foreach (var (name, amount) in InOrder(requests))
        {
            if (amount.IsZero || !allocatable.TryGetValue(name, out var most))
            {
                continue;
            }

            var used = taken.Aggregate(default(Quantity), (sum, other) => sum + other.Find(name));
            if (used + amount > most)
            {
                return new Shortage(name, Units(name, amount), Units(name, used), Units(name, most));
            }
        }

        return null;
    }

    /// <summary>As Kubernetes counts in its messages: processors in thousandths.</summary>
    public static long Units(string name, Quantity amount) => name == ResourceName.Cpu ? amount.MilliValue : amount.Value;

    private static PodTermination? Demands(Pod pod, bool hasAppArmor)
    {
        if (pod.Spec.SecurityContext?.SupplementalGroupsPolicy == SupplementalGroupsPolicy.Strict)
        {
            return new PodTermination("SupplementalGroupsPolicyNotSupported", Rejected + "SupplementalGroupsPolicy=Strict is not supported in this node");
        }

        var profiles = pod.Spec.InitContainers.Concat(pod.Spec.Containers).Select(one => one.SecurityContext?.AppArmorProfile).Append(pod.Spec.SecurityContext?.AppArmorProfile);
        return !hasAppArmor && profiles.Any(one => one is not (null or { Type: AppArmorProfileType.Unconfined }))
            ? new PodTermination("AppArmor", Rejected + "Cannot enforce AppArmor: AppArmor is not enabled on the host")
            : null;
    }

    private static PodTermination? Room(Pod pod, IReadOnlyCollection<Pod> active, ValueMap<Quantity> allocatable)
    {
        // Of several reasons the kubelet's first one is told: room before ports.
        if (allocatable.TryGetValue(ResourceName.Pods, out var podsMax) && active.Count + 1 > podsMax.Value)
        {
            return OutOf(new Shortage(ResourceName.Pods, 1, active.Count, podsMax.Value));
        }

        if (ShortageFor(PodRequests.Of(pod.Spec), active, allocatable) is { } shortage)
        {
            return OutOf(shortage);
        }

        var wanted = HostPortUse.Of(pod.Spec);
        return wanted.Count > 0 && active.Any(other => HostPortUse.Of(other.Spec).Any(used => wanted.Any(used.Collides)))
            ? new PodTermination("NodePorts", Rejected + "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")
            : null;
    }

    private static IEnumerable<KeyValuePair<string, Quantity>> InOrder(ValueMap<Quantity> requests) =>
        requests.OrderBy(one => Array.IndexOf(FirstNames, one.Key) is var at && at < 0 ? FirstNames.Length : at);

    private static PodTermination OutOf(Shortage shortage) => new("OutOf" + shortage.Resource, Rejected + shortage);
}

/// <summary>A resource that the node has not got enough of for a pod. Its text is Kubernetes' message.</summary>
internal sealed record Shortage(string Resource, long Requested, long Used, long Capacity)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"Node didn't have enough resource: {Resource}, requested: {Requested}, used: {Used}, capacity: {Capacity}");
}
