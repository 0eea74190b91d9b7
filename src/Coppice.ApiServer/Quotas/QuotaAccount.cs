using System.Collections.Immutable;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Quotas;

/// <summary>The objects of one kind in one namespace, and the writes of such that were let through and may not be stored yet.</summary>
internal sealed class QuotaAccount(ObjectStorage storage, Kind kind, string space)
{
    private readonly LiveObjects<KubernetesObject> _stored = new(storage, kind, space);
    private ImmutableList<QuotaCharge> _held = [];

    public async ValueTask<QuotaBook> NowAsync(CancellationToken stop)
    {
        // In this order: a write that is stored in between is in both, and counted once.
        var held = Volatile.Read(ref _held);
        return new(kind, await _stored.NowAsync(stop), held);
    }

    /// <summary>Counts a write from now until what is returned is disposed of, which is when it is stored or never will be.</summary>
    public IDisposable Hold(QuotaCharge charge)
    {
        ImmutableInterlocked.Update(ref _held, held => held.Add(charge));
        return new Held(this, charge);
    }

    private sealed class Held(QuotaAccount account, QuotaCharge charge) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref account._held, held => held.Remove(charge, ReferenceEqualityComparer.Instance));
    }
}

/// <summary>What there is at one moment of a kind in a namespace, stored or on its way.</summary>
internal sealed record QuotaBook(Kind Kind, ImmutableSortedDictionary<ObjectKey, KubernetesObject> Stored, ImmutableList<QuotaCharge> Held)
{
    /// <summary>What the objects that a quota counts take of it, by the names that it limits.</summary>
    public ValueMap<Quantity> Used(ResourceQuota quota, DateTimeOffset now)
    {
        var isCount = QuotaUsage.IsOneEach(Kind) && !QuotaScopes.IsScoped(quota);
        var sums = quota.Spec.Hard.Keys
            .Where(name => QuotaUsage.IsOf(Kind, name))
            .ToDictionary(name => name, _ => isCount ? Quantity.FromUnits(Stored.Count) : default);
        foreach (var item in isCount ? [] : Stored.Values)
        {
            if (QuotaScopes.Count(quota, item))
            {
                Add(QuotaUsage.Of(Kind, item, now));
            }
        }

        foreach (var charge in Held)
        {
            if (!IsStored(charge) && QuotaScopes.Count(quota, charge.Item))
            {
                Add(charge.Delta(now));
            }
        }

        return sums.ToValueMap();

        void Add(ValueMap<Quantity> usage)
        {
            foreach (var (name, amount) in usage)
            {
                if (sums.TryGetValue(name, out var sum))
                {
                    sums[name] = sum + amount;
                }
            }
        }
    }

    /// <summary>Between the moment that a write is on the disk and the one that its writer hears of it.</summary>
    private bool IsStored(QuotaCharge charge) =>
        Stored.TryGetValue(ObjectKey.Of(charge.Item), out var there)
        && there.Metadata.Uid == charge.Item.Metadata.Uid
        && there.Metadata.ResourceVersion != charge.Old?.Metadata.ResourceVersion;
}
