using Coppice.Objects.Core;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Objects;

/// <summary>What the objects of a kind take of a quota, by the names that it limits them by.</summary>
/// <param name="ChangesAt">When some of them take less without anybody doing anything; null for never.</param>
public sealed record QuotaShare(ValueMap<Quantity> Used, DateTimeOffset? ChangesAt)
{
    /// <summary>Of several kinds: some names are counted for more than one.</summary>
    public static ValueMap<Quantity> Together(IEnumerable<ValueMap<Quantity>> shares) =>
        shares.Aggregate(new ResourceSum(), (sum, share) => sum.Add(share)).ToValueMap();
}

/// <summary>
/// What the objects of one kind in one namespace take of quotas, kept up to date with each change: how much of a quota is used is looked
/// up and not added up. For one thread at a time.
/// </summary>
public sealed class QuotaSums(Kind kind)
{
    private readonly Dictionary<ObjectKey, KubernetesObject> _items = [];

    // Those that take less by the mere passing of time. They are few, and added up when somebody asks.
    private readonly SortedDictionary<ObjectKey, KubernetesObject> _ending = [];

    // Claims of devices that were made for pods, which take a part of it themselves.
    private readonly SortedDictionary<ObjectKey, ResourceClaim> _made = [];

    // Of all but those that end, by which of them a quota counts: its spec without its limits. Made when a quota asks for the first time.
    private readonly Dictionary<ResourceQuotaSpec, Dictionary<string, Quantity>> _sums = [];

    public Kind Kind => kind;

    /// <summary>There are no objects.</summary>
    public bool IsEmpty => _items.Count == 0;

    /// <summary>Claims of devices that were made for pods' extended resources.</summary>
    public IEnumerable<ResourceClaim> Made => _made.Values;

    /// <param name="item">As it is now; null for gone.</param>
    public void Learn(ObjectKey key, KubernetesObject? item)
    {
        if (_items.Remove(key, out var old) && !_ending.Remove(key))
        {
            foreach (var (counted, sum) in _sums)
            {
                Add(counted, sum, old, isGone: true);
            }
        }

        _made.Remove(key);
        if (item is null)
        {
            return;
        }

        _items.Add(key, item);
        if (item is ResourceClaim claim && DeviceClaims.MadeFor(claim) is not null)
        {
            _made.Add(key, claim);
        }

        if (QuotaUsage.ReleasedAt(item) is not null)
        {
            _ending.Add(key, item);
            return;
        }

        foreach (var (counted, sum) in _sums)
        {
            Add(counted, sum, item, isGone: false);
        }
    }

    /// <summary>The version that was learned last; null for none.</summary>
    public KubernetesObject? Find(ObjectKey key) => _items.GetValueOrDefault(key);

    /// <param name="devices">What claims of devices take by the names of extended resources; null where nobody asks.</param>
    public QuotaShare Of(ResourceQuota quota, DateTimeOffset now, QuotaDevices? devices = null)
    {
        var sum = SumOf(quota.Spec with { Hard = default });
        var ofDevices = devices?.Of(sum, _made.Values.Where(claim => QuotaScopes.Count(quota.Spec, claim)), now) ?? default;
        var ending = _ending.Values.Where(item => QuotaScopes.Count(quota.Spec, item)).ToList();
        var used = quota.Spec.Hard.Keys
            .Where(name => QuotaUsage.IsOf(kind, name))
            .Select(name => KeyValuePair.Create(
                name, ending.Aggregate(sum.GetValueOrDefault(name) + ofDevices.Find(name), (amount, item) => amount + QuotaUsage.Of(kind, item, now).Find(name))))
            .ToValueMap();
        return new(used, ending.Select(QuotaUsage.ReleasedAt).Where(at => at > now).Min());
    }

    private Dictionary<string, Quantity> SumOf(ResourceQuotaSpec counted)
    {
        if (!_sums.TryGetValue(counted, out var sum))
        {
            _sums[counted] = sum = new(StringComparer.Ordinal);
            foreach (var (key, item) in _items)
            {
                if (!_ending.ContainsKey(key))
                {
                    Add(counted, sum, item, isGone: false);
                }
            }
        }

        return sum;
    }

    private void Add(ResourceQuotaSpec counted, Dictionary<string, Quantity> sum, KubernetesObject item, bool isGone)
    {
        if (!QuotaScopes.Count(counted, item))
        {
            return;
        }

        // What does not end takes the same at any time.
        foreach (var (name, amount) in QuotaUsage.Of(kind, item, default))
        {
            var before = sum.GetValueOrDefault(name);
            sum[name] = isGone ? before - amount : before + amount;
        }
    }
}
