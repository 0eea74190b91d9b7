using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>The claims of a pod's volumes, among them those that are made for it and bear its name.</summary>
public static class PodClaims
{
    /// <summary>The claim of one of the pod's volumes; null for a volume of another kind.</summary>
    public static ObjectKey? For(Pod pod, Volume volume) =>
        (volume.PersistentVolumeClaim?.ClaimName ?? (volume.Ephemeral is null ? null : $"{pod.Metadata.Name}-{volume.Name}")) is { } name
            ? new ObjectKey(pod.Metadata.Namespace ?? "", name)
            : null;

    /// <summary>Why a claim that has the name of one that is made for a pod cannot be it, in Kubernetes' words; null if it can.</summary>
    public static string? Problem(Pod pod, PersistentVolumeClaim claim) =>
        ControllerRef.IsControlledBy(claim, pod)
            ? null
            : $"PVC \"{ObjectKey.Of(claim)}\" was not created for pod \"{ObjectKey.Of(pod)}\" (pod is not owner)";

    /// <summary>All of them, in the order of the pod's volumes.</summary>
    public static IEnumerable<ObjectKey> Of(Pod pod) => pod.Spec.Volumes.Select(volume => For(pod, volume)).OfType<ObjectKey>();
}
