using System.Globalization;
using Coppice.Node.Containers;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Admission;

/// <summary>Whether a node can give a running pod what it asks for now. Reasons and messages are the kubelet's. Pure.</summary>
internal static class ResizeAdmission
{
    // In the order in which the kubelet looks at them.
    private static readonly string[] Resizable = [ResourceName.Memory, ResourceName.Cpu];

    /// <param name="desired">The pod as it asks to be.</param>
    /// <param name="allocated">The same pod with what is allocated to it.</param>
    /// <param name="others">The node's other pods that have not ended, with what is allocated to them.</param>
    /// <returns>Why not, now or ever; null if it can.</returns>
    public static (string Reason, string Message)? Reject(Pod desired, Pod allocated, IEnumerable<Pod> others, ValueMap<Quantity> allocatable)
    {
        var (wanted, given) = (PodRequests.Of(desired.Spec), PodRequests.Of(allocated.Spec));
        foreach (var name in Resizable)
        {
            if (allocatable.TryGetValue(name, out var capacity) && wanted.Find(name) > capacity)
            {
                return (PodResizeStatus.Infeasible, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Node didn't have enough capacity: {name}, requested: {NodeAdmission.Units(name, wanted.Find(name))}, capacity: {NodeAdmission.Units(name, capacity)}"));
            }
        }

        // What does not grow has its room already, also on a node that has become smaller.
        var growing = wanted.Where(one => one.Value > given.Find(one.Key)).ToValueMap();
        return NodeAdmission.ShortageFor(growing, others, allocatable) is { } shortage ? (PodResizeStatus.Deferred, shortage.ToString()) : null;
    }

    /// <summary>
    /// Who is looked at first, as the kubelet orders: who asks for no more than before, then by priority, then the guaranteed ones, then
    /// who has waited longest.
    /// </summary>
    public static IEnumerable<T> InOrder<T>(IEnumerable<T> waiting, Func<T, (Pod Desired, Pod Allocated, DateTimeOffset Since)> of) => waiting
        .OrderBy(one => Grows(of(one).Desired, of(one).Allocated))
        .ThenByDescending(one => of(one).Desired.Spec.Priority ?? 0)
        .ThenBy(one => PodQos.Of(of(one).Desired.Spec) != PodQOSClass.Guaranteed)
        .ThenBy(one => of(one).Since);

    private static bool Grows(Pod desired, Pod allocated)
    {
        var (wanted, given) = (PodRequests.Of(desired.Spec), PodRequests.Of(allocated.Spec));
        return Resizable.Any(name => wanted.Find(name) > given.Find(name));
    }
}
