using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Quotas;

/// <summary>What of a quota is used.</summary>
/// <param name="NextLookAt">When a pod that nobody ends is counted no more.</param>
internal sealed record QuotaPlan(ResourceQuotaStatus Status, DateTimeOffset? NextLookAt);

internal static class QuotaPlanner
{
    /// <param name="shares">What the objects of the quota's namespace take of it: of all kinds that it limits.</param>
    public static QuotaPlan Plan(ResourceQuota quota, IReadOnlyList<QuotaShare> shares) => new(
        new() { Hard = quota.Spec.Hard, Used = QuotaShare.Together(shares.Select(share => share.Used)) },
        shares.Min(share => share.ChangesAt));
}
