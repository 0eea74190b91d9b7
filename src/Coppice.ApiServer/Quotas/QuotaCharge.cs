using Coppice.Objects;

namespace Coppice.ApiServer.Quotas;

/// <summary>A write that takes something of quotas.</summary>
/// <param name="Item">The object as it would be stored.</param>
/// <param name="Old">The version that it replaces; null if it is new.</param>
internal sealed record QuotaCharge(Kind Kind, KubernetesObject Item, KubernetesObject? Old)
{
    /// <summary>What it takes more than before; what it gives back is given back when it is stored.</summary>
    public ValueMap<Quantity> Delta(DateTimeOffset now)
    {
        var before = Old is null ? default : QuotaUsage.Of(Kind, Old, now);
        return QuotaUsage.Of(Kind, Item, now)
            .Select(amount => KeyValuePair.Create(amount.Key, amount.Value - before.Find(amount.Key)))
            .Where(amount => amount.Value > default(Quantity))
            .ToValueMap();
    }
}
