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
    private const string OsLabel = "kubernetes.io/os";
    private const string Linux = "linux";

    // In the kubelet's order: of several resources that are short, the first is told.
    private static readonly string[] FirstNames = [ResourceName.Cpu, ResourceName.Memory, ResourceName.Ephemeralstorage];

    /// <param name="node">As the API has it.</param>
    /// <param name="active">The pods that the node has taken and that have not ended, with what is allocated to them.</param>
    /// <param name="allocatable">What the node may give to pods; a resource that is not named is not limited.</param>
    /// <param name="hasAppArmor">The node's kernel has it.</param>
    /// <returns>Why the pod is refused, or null.</returns>
    public static PodTermination? Reject(Pod pod, Objects.Core.Node node, IReadOnlyCollection<Pod> active, ValueMap<Quantity> allocatable, bool hasAppArmor)
    {
        // In the kubelet's order, of whose reasons the first is told.
        if (Sysctls.Forbidden(pod.Spec) is { } sysctl)
        {
            return Refusal("SysctlForbidden", sysctl);
        }

        return System(pod) ?? Groups(pod) ?? Room(pod, active, allocatable) ?? Affinity(pod, node) ?? Ports(pod, active) ?? Taints(pod, node) ?? AppArmor(pod, hasAppArmor);
    }

    /// <summary>The pod's labels, affinity and tolerations do not let it be on the node as it is known: worth a look at how it is now.</summary>
    public static bool IsMisplaced(Pod pod, Objects.Core.Node node) => (Affinity(pod, node) ?? Taints(pod, node)) is not null;

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

    private static PodTermination? System(Pod pod) =>
        pod.Metadata.Labels.TryGetValue(OsLabel, out var label) && label != Linux
            ? Refusal("PodOSSelectorNodeLabelDoesNotMatch", $"Failed to admit pod as the `{OsLabel}` label doesn't match node label")
        : pod.Spec.Os is { Name: not Linux }
            ? Refusal("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")
        : null;

    private static PodTermination? Groups(Pod pod) =>
        pod.Spec.SecurityContext?.SupplementalGroupsPolicy == SupplementalGroupsPolicy.Strict
            ? Refusal("SupplementalGroupsPolicyNotSupported", "SupplementalGroupsPolicy=Strict is not supported in this node")
            : null;

    private static PodTermination? Affinity(Pod pod, Objects.Core.Node node) =>
        NodeSelectors.Allows(pod.Spec, node) ? null : Unmet("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");

    private static PodTermination? Taints(Pod pod, Objects.Core.Node node) =>
        node.Spec.Taints.All(taint => taint.Effect != TaintEffect.NoExecute || pod.Spec.Tolerations.Tolerates(taint))
            ? null
            : Unmet("TaintToleration", "node(s) had taints that the pod didn't tolerate");

    private static PodTermination? AppArmor(Pod pod, bool hasAppArmor)
    {
        var profiles = pod.Spec.InitContainers.Concat(pod.Spec.Containers).Select(one => one.SecurityContext?.AppArmorProfile).Append(pod.Spec.SecurityContext?.AppArmorProfile);
        return !hasAppArmor && profiles.Any(one => one is not (null or { Type: AppArmorProfileType.Unconfined }))
            ? Refusal("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host")
            : null;
    }

    private static PodTermination? Room(Pod pod, IReadOnlyCollection<Pod> active, ValueMap<Quantity> allocatable)
    {
        if (allocatable.TryGetValue(ResourceName.Pods, out var podsMax) && active.Count + 1 > podsMax.Value)
        {
            return OutOf(new Shortage(ResourceName.Pods, 1, active.Count, podsMax.Value));
        }

        return ShortageFor(PodRequests.Of(pod.Spec), active, allocatable) is { } shortage ? OutOf(shortage) : null;
    }

    private static PodTermination? Ports(Pod pod, IReadOnlyCollection<Pod> active)
    {
        var wanted = HostPortUse.Of(pod.Spec);
        return wanted.Count > 0 && active.Any(other => HostPortUse.Of(other.Spec).Any(used => wanted.Any(used.Collides)))
            ? Unmet("NodePorts", "node(s) didn't have free ports for the requested pod ports")
            : null;
    }

    private static IEnumerable<KeyValuePair<string, Quantity>> InOrder(ValueMap<Quantity> requests) =>
        requests.OrderBy(one => Array.IndexOf(FirstNames, one.Key) is var at && at < 0 ? FirstNames.Length : at);

    private static PodTermination OutOf(Shortage shortage) => Refusal("OutOf" + shortage.Resource, shortage.ToString());

    private static PodTermination Unmet(string predicate, string why) => Refusal(predicate, $"Predicate {predicate} failed: {why}");

    internal static PodTermination Refusal(string reason, string message) => new(reason, Rejected + message, IsRefusal: true);
}

/// <summary>A resource that the node has not got enough of for a pod. Its text is Kubernetes' message.</summary>
internal sealed record Shortage(string Resource, long Requested, long Used, long Capacity)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"Node didn't have enough resource: {Resource}, requested: {Requested}, used: {Used}, capacity: {Capacity}");
}
