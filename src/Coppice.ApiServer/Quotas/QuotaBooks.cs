using Coppice.Objects;
using Coppice.Objects.Core;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.ApiServer.Quotas;

/// <summary>What there is at one moment of a kind in a namespace, and of what is counted under the same names.</summary>
/// <param name="Own">Of the kind itself.</param>
/// <param name="Other">Of claims of devices where pods are written, and of pods where claims are; null where they have no name in common.</param>
/// <param name="Devices">What of claims the pods take; null where there is nothing in common.</param>
internal sealed record QuotaBooks(Kind Kind, QuotaBook Own, QuotaBook? Other, QuotaDevices? Devices)
{
    public ValueMap<Quantity> Used(ResourceQuota quota, DateTimeOffset now)
    {
        var own = Own.Used(quota, Devices, now);
        return Other is null ? own : QuotaShare.Together([own, Other.Used(quota, Devices, now)]);
    }

    public QuotaCharge Charge(KubernetesObject item, KubernetesObject? old, DateTimeOffset now)
    {
        var before = old is null ? default : Taken(old, isFirst: true, now);
        var delta = Taken(item, IsFirst(item), now)
            .Select(amount => KeyValuePair.Create(amount.Key, amount.Value - before.Find(amount.Key)))
            .Where(amount => amount.Value > default(Quantity))
            .ToValueMap();
        return new(item, old, delta);
    }

    private ValueMap<Quantity> Taken(KubernetesObject item, bool isFirst, DateTimeOffset now)
    {
        var usage = QuotaUsage.Of(Kind, item, now);
        return Devices is not null && item is ResourceClaim claim ? usage.With(Devices.Of(usage, isFirst ? [claim] : [], now)) : usage;
    }

    /// <summary>No other claim is made for the same pod. What the pod takes itself makes room for one; of more, we might count too little.</summary>
    private bool IsFirst(KubernetesObject item) =>
        item is not ResourceClaim claim
        || DeviceClaims.MadeFor(claim) is not { } owner
        || !Own.Stored.Made.Concat(Own.Held.Select(charge => charge.Item).OfType<ResourceClaim>())
            .Any(other => DeviceClaims.MadeFor(other) == owner && ObjectKey.Of(other) != ObjectKey.Of(claim));
}
