using Coppice.Objects.Core;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Objects;

/// <summary>Which claim one of a pod's entries means.</summary>
/// <param name="Key">Null if it is not made yet, or if none is needed.</param>
/// <param name="IsGenerated">It is made for the pod, from a template.</param>
/// <param name="IsAwaited">It is to be made, and is not yet.</param>
public readonly record struct DeviceClaimName(ObjectKey? Key, bool IsGenerated, bool IsAwaited);

/// <summary>The claims of devices of a pod: those that it names, and those that are made for it from templates. For controllers, scheduler and nodes alike.</summary>
public static class DeviceClaims
{
    /// <summary>On a claim that was made for a pod: which of the pod's entries it was made for.</summary>
    public const string EntryAnnotation = "resource.kubernetes.io/pod-claim-name";

    /// <summary>"true" on a claim that the scheduler made for a pod's extended resources.</summary>
    public const string ExtendedAnnotation = "resource.kubernetes.io/extended-resource-claim";

    /// <summary>Before the name of a class of devices it is the name of an extended resource, whatever other name the class has for it.</summary>
    public const string ExtendedPrefix = "deviceclass.resource.kubernetes.io/";

    /// <summary>Keeps a claim that has devices from going before they are given back.</summary>
    public const string Finalizer = "resource.kubernetes.io/delete-protection";

    /// <summary>How many may use one claim at a time.</summary>
    public const int ConsumersMax = 256;

    public static DeviceClaimName NameOf(Pod pod, PodResourceClaim entry)
    {
        if (entry.ResourceClaimName is { } own)
        {
            return new(KeyOf(pod, own), IsGenerated: false, IsAwaited: false);
        }

        var made = pod.Status.ResourceClaimStatuses.FirstOrDefault(one => one.Name == entry.Name);
        return new(made?.ResourceClaimName is { } name ? KeyOf(pod, name) : null, IsGenerated: true, IsAwaited: made is null);
    }

    /// <summary>The claims of a pod that are known by name.</summary>
    public static IEnumerable<ObjectKey> Of(Pod pod) => pod.Spec.ResourceClaims.Select(entry => NameOf(pod, entry).Key).Append(OfExtended(pod)).OfType<ObjectKey>();

    /// <summary>The claim that was made for a pod's extended resources; null if there is none.</summary>
    public static ObjectKey? OfExtended(Pod pod) => pod.Status.ExtendedResourceClaimStatus is { } made ? KeyOf(pod, made.ResourceClaimName) : null;

    /// <summary>The pod whose extended resources a claim says that it was made for; null if it says nothing of the kind.</summary>
    public static (ObjectKey Pod, string Uid)? MadeFor(ResourceClaim claim) =>
        claim.Metadata.Annotations.Find(ExtendedAnnotation) == "true" && ControllerRef.KeyOf<Pod>(claim) is { } pod
            ? (pod, ControllerRef.Of(claim)!.Uid)
            : null;

    /// <summary>The pod uses claims, or is to.</summary>
    public static bool HasAny(Pod pod) => !pod.Spec.ResourceClaims.IsEmpty || pod.Status.ExtendedResourceClaimStatus is not null;

    /// <summary>Why a claim that is said to be made for a pod cannot be it, in Kubernetes' words; null if it can.</summary>
    public static string? Problem(Pod pod, ResourceClaim claim) =>
        ControllerRef.IsControlledBy(claim, pod)
            ? null
            : $"ResourceClaim {ObjectKey.Of(claim)} was not created for pod {ObjectKey.Of(pod)} (pod is not owner)";

    public static bool IsReservedFor(Pod pod, ResourceClaim claim) => claim.Status.ReservedFor.Any(one => one.Uid == pod.Metadata.Uid);

    /// <summary>One more may use it.</summary>
    public static bool HasPlace(ResourceClaim claim) => claim.Status.ReservedFor.Count < ConsumersMax;

    /// <summary>The claim as it is when the pod may use it, too.</summary>
    public static ResourceClaim ReservedFor(Pod pod, ResourceClaim claim) => IsReservedFor(pod, claim) ? claim : claim with
    {
        Status = claim.Status with
        {
            ReservedFor = [.. claim.Status.ReservedFor, new() { Resource = "pods", Name = pod.Metadata.Name!, Uid = pod.Metadata.Uid! }],
        },
    };

    /// <summary>It runs nothing and never will: it has no use for devices.</summary>
    public static bool IsDone(Pod pod) =>
        pod.Status.Phase is PodPhase.Failed or PodPhase.Succeeded || (pod.Metadata.DeletionTimestamp is not null && string.IsNullOrEmpty(pod.Spec.NodeName));

    private static ObjectKey KeyOf(Pod pod, string name) => new(pod.Metadata.Namespace ?? "", name);
}
