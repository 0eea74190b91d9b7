using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Volumes;

/// <summary>What is to be done about a volume that lives as long as its pod.</summary>
/// <param name="Volume">Its name in the pod.</param>
/// <param name="Missing">The claim to be made for it; null if there is one already.</param>
/// <param name="Problem">Why the one that is there cannot be used.</param>
internal sealed record EphemeralClaim(string Volume, PersistentVolumeClaim? Missing, string? Problem);

/// <summary>Which claims a pod's ephemeral volumes still need.</summary>
internal static class EphemeralClaims
{
    public static bool Has(Pod pod) => pod.Spec.Volumes.Any(volume => volume.Ephemeral is not null);

    /// <param name="find">The claims that are there.</param>
    public static IEnumerable<EphemeralClaim> Plan(Pod pod, Func<ObjectKey, PersistentVolumeClaim?> find)
    {
        foreach (var volume in pod.Metadata.DeletionTimestamp is null ? pod.Spec.Volumes : default)
        {
            if (volume.Ephemeral?.VolumeClaimTemplate is not { } template)
            {
                continue;
            }

            var key = PodClaims.For(pod, volume)!.Value;
            if (find(key) is not { } claim)
            {
                yield return new(volume.Name, Make(pod, key, template), null);
            }
            else if (PodClaims.Problem(pod, claim) is { } why)
            {
                yield return new(volume.Name, null, why);
            }
        }
    }

    /// <summary>It goes with the pod.</summary>
    private static PersistentVolumeClaim Make(Pod pod, ObjectKey key, PersistentVolumeClaimTemplate template) => new()
    {
        Metadata = new()
        {
            Namespace = key.Namespace,
            Name = key.Name,
            Labels = template.Metadata?.Labels ?? default,
            Annotations = template.Metadata?.Annotations ?? default,
            OwnerReferences = [ControllerRef.To(pod)],
        },
        Spec = template.Spec,
    };
}
