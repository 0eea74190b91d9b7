using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.StatefulSets;

/// <summary>
/// What becomes of a pod's claims: those that are to go with the set are owned by it, those that are to go when there are fewer pods are
/// owned by the pod that goes. The garbage collector does the rest.
/// </summary>
internal static class ClaimRetention
{
    /// <param name="pod">The claim's pod, where it is one too many; else null.</param>
    /// <returns>The claim with the owners that it should have; the same if it has them.</returns>
    public static PersistentVolumeClaim Apply(StatefulSet set, PersistentVolumeClaim claim, Pod? pod)
    {
        var policy = set.Spec.PersistentVolumeClaimRetentionPolicy;
        var goesWithPod = pod is not null && policy?.WhenScaled == PersistentVolumeClaimRetentionPolicyType.Delete;
        var goesWithSet = !goesWithPod && policy?.WhenDeleted == PersistentVolumeClaimRetentionPolicyType.Delete;

        // Somebody else's claim stays so.
        if (ControllerRef.Of(claim) is { } other && !IsOurs(set, other))
        {
            return claim;
        }

        ValueList<OwnerReference> owners =
        [
            .. claim.Metadata.OwnerReferences.Where(owner => !IsOurs(set, owner)),
            .. goesWithSet ? [ControllerRef.To(set)] : Array.Empty<OwnerReference>(),
            .. goesWithPod ? [ControllerRef.To(pod!)] : Array.Empty<OwnerReference>(),
        ];
        return owners == claim.Metadata.OwnerReferences ? claim : claim with { Metadata = claim.Metadata with { OwnerReferences = owners } };
    }

    /// <summary>A claim that is going, or goes with a pod that is no more, is none to give to a new pod.</summary>
    public static bool IsStale(PersistentVolumeClaim claim, Pod? pod) =>
        claim.Metadata.DeletionTimestamp is not null
        || claim.Metadata.OwnerReferences.Any(owner => owner.Kind == nameof(Pod) && owner.Uid != pod?.Metadata.Uid);

    private static bool IsOurs(StatefulSet set, OwnerReference owner) =>
        owner.Uid == set.Metadata.Uid || (owner.Kind == nameof(Pod) && owner.Name.StartsWith($"{set.Metadata.Name}-", StringComparison.Ordinal));
}
