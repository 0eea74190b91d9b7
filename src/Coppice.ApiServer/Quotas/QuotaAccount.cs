using System.Collections.Immutable;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Quotas;

/// <summary>
/// The objects of one kind in one namespace, and the writes of such that were let through and may not be stored yet. One at a time may
/// ask what there is.
/// </summary>
internal sealed class QuotaAccount
{
    private readonly QuotaSums _sums;
    private readonly LiveObjects<KubernetesObject> _stored;
    private ImmutableList<QuotaCharge> _held = [];

    public QuotaAccount(ObjectStorage storage, Kind kind, string space)
    {
        _sums = new(kind);
        _stored = new(storage, kind, space, _sums.Learn);
    }

    /// <returns>What there is until somebody asks again.</returns>
    public async ValueTask<QuotaBook> NowAsync(CancellationToken stop)
    {
        // In this order: a write that is stored in between is in both, and counted once.
        var held = Volatile.Read(ref _held);
        await _stored.NowAsync(stop);
        return new(_sums, held);
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
internal sealed record QuotaBook(QuotaSums Stored, ImmutableList<QuotaCharge> Held)
{
    /// <summary>What the objects that a quota counts take of it, by the names that it limits.</summary>
    public ValueMap<Quantity> Used(ResourceQuota quota, QuotaDevices? devices, DateTimeOffset now)
    {
        var used = Stored.Of(quota, now, devices).Used;
        foreach (var charge in Held.Where(charge => !IsStored(charge) && QuotaScopes.Count(quota.Spec, charge.Item)))
        {
            used = used.Select(amount => KeyValuePair.Create(amount.Key, amount.Value + charge.Delta.Find(amount.Key))).ToValueMap();
        }

        return used;
    }

    /// <summary>Between the moment that a write is on the disk and the one that its writer hears of it.</summary>
    private bool IsStored(QuotaCharge charge) =>
        Stored.Find(ObjectKey.Of(charge.Item)) is { } there
        && there.Metadata.Uid == charge.Item.Metadata.Uid
        && there.Metadata.ResourceVersion != charge.Old?.Metadata.ResourceVersion;
}
