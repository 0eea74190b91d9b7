using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A pod with everything that is worked out of it once: its requests, its ports, its affinity to other pods.</summary>
internal sealed class PodInfo(Pod pod)
{
    /// <summary>What a required affinity of a pod that is there already adds to the score of its domain for those that it is about.</summary>
    private const int HardPodAffinityWeight = 1;

    public Pod Pod { get; } = pod;

    public ObjectKey Key { get; } = ObjectKey.Of(pod);

    public string Namespace { get; } = pod.Metadata.Namespace ?? "";

    public ValueMap<string> Labels => Pod.Metadata.Labels;

    public int Priority { get; } = pod.Spec.Priority ?? 0;

    public bool IsTerminating { get; } = pod.Metadata.DeletionTimestamp is not null;

    /// <summary>The uid of the object that keeps this pod, if any: pods of one owner are spread over nodes.</summary>
    public string? Owner { get; } = FindOwner(pod);

    public ResourceAmounts Requests { get; } = ResourceAmounts.Of(PodRequests.Of(pod));

    public ResourceAmounts NonZeroRequests { get; } = ResourceAmounts.Of(PodRequests.Of(pod, DefaultRequests.Of(pod)));

    public IReadOnlyList<HostPortUse> Ports { get; } = HostPortUse.Of(pod.Spec);

    public IReadOnlyList<AffinityTerm> RequiredAffinity { get; } = AffinityTerm.Required(
        pod, pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default, HardPodAffinityWeight);

    public IReadOnlyList<AffinityTerm> RequiredAntiAffinity { get; } = AffinityTerm.Required(
        pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default, 0);

    public IReadOnlyList<AffinityTerm> PreferredAffinity { get; } = AffinityTerm.Preferred(
        pod, pod.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default, 1);

    public IReadOnlyList<AffinityTerm> PreferredAntiAffinity { get; } = AffinityTerm.Preferred(
        pod, pod.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default, -1);

    /// <summary>Nothing that is summed up over pods differs from another form of the same pod.</summary>
    public bool IsCountedAs(PodInfo other) =>
        Labels == other.Labels && IsTerminating == other.IsTerminating && Owner == other.Owner && Priority == other.Priority && Pod.Spec.Affinity == other.Pod.Spec.Affinity;

    private static string? FindOwner(Pod pod)
    {
        foreach (var owner in pod.Metadata.OwnerReferences)
        {
            if (owner.Controller == true)
            {
                return owner.Uid;
            }
        }

        return null;
    }
}
