using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.ResourceClaims;

/// <summary>What is to be done about a claim of devices, by who still uses it.</summary>
/// <param name="Status">To be written; null if it stays.</param>
/// <param name="LetsGo">Nothing of it is left that would keep it from being deleted.</param>
/// <param name="IsToGo">It was made for a pod that has no use for it any more.</param>
internal sealed record ClaimUsePlan(ResourceClaimStatus? Status, bool LetsGo, bool IsToGo);

/// <summary>
/// Who has ended uses nothing. A claim that its last user leaves gives its devices back, so that the next one may have them on another
/// node; one that nobody ever used keeps what somebody allocated for it.
/// </summary>
internal static class ClaimUsePlanner
{
    /// <param name="valid">Of those that it is reserved for, who may still use it.</param>
    /// <param name="owner">The pod that it was made for as it is now; null if there is none, or not any more.</param>
    public static ClaimUsePlan Plan(ResourceClaim claim, ValueList<ResourceClaimConsumerReference> valid, Pod? owner)
    {
        var (status, isDeleted) = (claim.Status, claim.Metadata.DeletionTimestamp is not null);
        var isProtected = claim.Metadata.Finalizers.Contains(DeviceClaims.Finalizer);
        var isLeft = valid.IsEmpty && !status.ReservedFor.IsEmpty;
        var givesBack = isProtected && (isLeft || (isDeleted && valid.IsEmpty));
        var next = status with { ReservedFor = valid, Allocation = givesBack ? null : status.Allocation };
        return new(
            next == status ? null : next,
            isProtected && valid.IsEmpty && next.Allocation is null && (isLeft || isDeleted),
            valid.IsEmpty && !isDeleted && owner is not null && (owner.Metadata.Uid != OwnerOf(claim)?.Uid || DeviceClaims.IsDone(owner)));
    }

    /// <summary>The pod that it was made for.</summary>
    public static (string Name, string Uid)? OwnerOf(ResourceClaim claim) =>
        ControllerRef.Of(claim) is { ApiVersion: "v1", Kind: nameof(Pod) } owner
            ? (owner.Name, owner.Uid)
            : null;
}
