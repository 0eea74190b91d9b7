using Coppice.Objects;

namespace Coppice.ApiServer.Quotas;

/// <summary>A write that takes something of quotas.</summary>
/// <param name="Item">The object as it would be stored.</param>
/// <param name="Old">The version that it replaces; null if it is new.</param>
/// <param name="Delta">What it takes more than before; what it gives back is given back when it is stored.</param>
internal sealed record QuotaCharge(KubernetesObject Item, KubernetesObject? Old, ValueMap<Quantity> Delta);
