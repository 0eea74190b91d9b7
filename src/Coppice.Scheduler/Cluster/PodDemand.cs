using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A pod with everything that is worked out of it once: what it asks for and whom it wants to be near or far from.</summary>
internal sealed class PodDemand(Pod pod)
{
    public Pod Pod { get; } = pod;

    public ObjectKey Key { get; } = ObjectKey.Of(pod);

    public string Namespace { get; } = pod.Metadata.Namespace ?? "";

    public ValueMap<string> Labels => Pod.Metadata.Labels;

    public bool IsLeaving { get; } = pod.Metadata.DeletionTimestamp is not null;

    /// <summary>The uid of the object that keeps this pod, if any: pods of one owner are spread over nodes.</summary>
    public string? Owner { get; } = FindOwner(pod);

    public ResourceAmounts Asked { get; } = ResourceAmounts.Of(PodRequests.Of(pod));

    public ResourceAmounts Guessed { get; } = ResourceAmounts.Of(NonZeroRequests.Of(pod));

    public IReadOnlyList<HostPortUse> Ports { get; } = HostPortUse.Of(pod.Spec);

    public IReadOnlyList<PodTerm> Near { get; } = PodTerm.All(pod, pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default);

    public IReadOnlyList<PodTerm> Far { get; } = PodTerm.All(pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default);

    public IReadOnlyList<PodTerm> RatherNear { get; } = PodTerm.All(pod, pod.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default);

    public IReadOnlyList<PodTerm> RatherFar { get; } = PodTerm.All(pod, pod.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default);

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
