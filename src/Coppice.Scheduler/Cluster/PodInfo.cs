using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Scheduler;

/// <summary>A pod with everything that is worked out of it once: its requests, its ports, its affinity to other pods.</summary>
internal sealed class PodInfo(Pod pod)
{
    public Pod Pod { get; private set; } = pod;

    public ObjectKey Key { get; } = ObjectKey.Of(pod);

    public string Namespace { get; } = pod.Metadata.Namespace ?? "";

    public ValueMap<string> Labels => Pod.Metadata.Labels;

    public int Priority { get; } = pod.Spec.Priority ?? 0;

    /// <summary>When it began; later than anybody's if it has not.</summary>
    public DateTimeOffset Began => Pod.Status.StartTime ?? DateTimeOffset.MaxValue;

    public bool IsTerminating { get; } = pod.Metadata.DeletionTimestamp is not null;

    /// <summary>The object that keeps this pod; null for none.</summary>
    public OwnerReference? Owner { get; } = ControllerRef.Of(pod);

    /// <summary>It has volumes that are claimed.</summary>
    public bool HasClaims { get; } = PodClaims.Of(pod).Any();

    public ResourceAmounts Requests { get; } = ResourceAmounts.Of(PodRequests.Of(pod));

    public ResourceAmounts NonZeroRequests { get; } = ResourceAmounts.Of(PodRequests.Of(pod, DefaultRequests.Of(pod)));

    /// <summary>Those of its containers, each with a tag.</summary>
    public IReadOnlyList<string> Images { get; } = [.. pod.Spec.InitContainers.Select(one => WithTag(one.Image)), .. pod.Spec.Containers.Select(one => WithTag(one.Image))];

    public IReadOnlyList<HostPortUse> Ports { get; } = HostPortUse.Of(pod.Spec);

    public IReadOnlyList<AffinityTerm> RequiredAffinity { get; } = AffinityTerm.Required(
        pod, pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default);

    public IReadOnlyList<AffinityTerm> RequiredAntiAffinity { get; } = AffinityTerm.Required(
        pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default);

    public IReadOnlyList<AffinityTerm> PreferredAffinity { get; } = AffinityTerm.Preferred(
        pod, pod.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default, 1);

    public IReadOnlyList<AffinityTerm> PreferredAntiAffinity { get; } = AffinityTerm.Preferred(
        pod, pod.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default, -1);

    /// <summary>The same pod in a newer form. Where nothing changed that anything is worked out of, as when it got its node, that stays.</summary>
    public PodInfo Renewed(Pod now)
    {
        if (now.Metadata.Uid != Pod.Metadata.Uid
            || now.Metadata.Labels != Pod.Metadata.Labels
            || now.Metadata.OwnerReferences != Pod.Metadata.OwnerReferences
            || now.Metadata.DeletionTimestamp != Pod.Metadata.DeletionTimestamp
            || now.Status with { Conditions = default } != (Pod.Status with { Conditions = default })
            || PodConditions.IsResizeInfeasible(now) != PodConditions.IsResizeInfeasible(Pod)
            || now.Spec != (Pod.Spec with { NodeName = now.Spec.NodeName }))
        {
            return new(now);
        }

        var renewed = (PodInfo)MemberwiseClone();
        renewed.Pod = now;
        return renewed;
    }

    /// <summary>Nothing that is summed up over pods differs from another form of the same pod.</summary>
    public bool IsCountedAs(PodInfo other) =>
        Labels == other.Labels && IsTerminating == other.IsTerminating && Priority == other.Priority && Pod.Spec.Affinity == other.Pod.Spec.Affinity;

    private static string WithTag(string? image) => image is null || image.LastIndexOf(':') > image.LastIndexOf('/') ? image ?? "" : image + ":latest";
}
