using System.Globalization;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>Whom a change of a claim may help.</summary>
internal enum ClaimNews
{
    Nobody,

    /// <summary>The pods that are to use it.</summary>
    Users,

    /// <summary>It has given devices back.</summary>
    Everybody,
}

/// <summary>
/// The claims, classes and devices of the cluster, with what the scheduler has allocated and not heard of yet. For one thread at a time.
/// </summary>
internal sealed class DeviceState
{
    private readonly Dictionary<ObjectKey, ResourceClaim> _claims = [];
    private readonly Dictionary<ObjectKey, Assumption> _assumed = [];
    private readonly Dictionary<string, DeviceClass> _classes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ResourceSlice> _slices = new(StringComparer.Ordinal);

    // How many claims have a device, which is more than one only by mistake or for a moment.
    private readonly Dictionary<DeviceName, int> _taken = [];

    // Those whose devices were not made ready in time: they are to have others.
    private readonly HashSet<ObjectKey> _overdue = [];

    // By what they were planned as: those that were made for extended resources.
    private readonly Dictionary<ObjectKey, HashSet<ObjectKey>> _made = [];

    // Made when somebody asks after a change.
    private ILookup<string, DevicePool>? _pools;

    public DeviceExpressions Expressions { get; } = new();

    /// <summary>As it will be when what is on its way is written; null if it is not there.</summary>
    public ResourceClaim? Claim(ObjectKey key) => _assumed.TryGetValue(key, out var assumption) ? assumption.Claim : _claims.GetValueOrDefault(key);

    /// <summary>Devices were chosen for it, and that is not written yet.</summary>
    public bool IsBeingAllocated(ObjectKey key) => _assumed.TryGetValue(key, out var assumption) && assumption.Written is null;

    /// <summary>A claim that was made for the extended resources of a pod, and is not about to go; null while one is being made.</summary>
    public ResourceClaim? MadeFor(Pod pod) =>
        ExtendedResources.PlannedKeyOf(pod) is var planned && !IsBeingAllocated(planned) && _made.TryGetValue(planned, out var made)
            ? made.Select(Claim).FirstOrDefault(claim => claim is { Metadata.DeletionTimestamp: null } or { Status.Allocation: not null })
            : null;

    /// <summary>Its devices were not made ready in time.</summary>
    public void GiveUp(ObjectKey claim) => _overdue.Add(claim);

    /// <summary>Its devices will not be ready: somebody has said so, or has not said in time that they are.</summary>
    public bool HasFailed(ResourceClaim claim) => _overdue.Contains(ObjectKey.Of(claim)) || BindingConditions.Failure(claim) is not null;

    public bool HasClasses => _classes.Count > 0;

    public DeviceClass? Class(string name) => _classes.GetValueOrDefault(name);

    /// <summary>The class whose devices stand for an extended resource: the newest that has its name, or the one that its name names. Null for none.</summary>
    public DeviceClass? ClassFor(string resource) =>
        resource.StartsWith(DeviceClaims.ExtendedPrefix, StringComparison.Ordinal) ? Class(resource[DeviceClaims.ExtendedPrefix.Length..])
        : _classes.Values.Where(one => one.Spec.ExtendedResourceName == resource)
            .OrderByDescending(one => one.Metadata.CreationTimestamp).ThenBy(one => one.Metadata.Name, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>What claims have of devices that they share.</summary>
    public DeviceShares Shares { get; } = new();

    /// <summary>A claim has it for itself alone.</summary>
    public bool IsTaken(DeviceName device) => _taken.ContainsKey(device);

    /// <summary>Those that are there alone, then those that other nodes may have a part in.</summary>
    public IEnumerable<DevicePool> PoolsFor(string node)
    {
        _pools ??= _slices.Values
            .GroupBy(PoolName.Of)
            .Select(slices => new DevicePool(slices.Key, slices))
            .OrderBy(pool => pool.Name.Driver, StringComparer.Ordinal)
            .ThenBy(pool => pool.Name.Pool, StringComparer.Ordinal)
            .ToLookup(pool => pool.Node ?? "", StringComparer.Ordinal);
        return _pools[node].Concat(_pools[""]);
    }

    /// <returns>Which of the pods that wait it may help.</returns>
    public ClaimNews Learn(ObjectChange<ResourceClaim> change)
    {
        var (key, before) = (ObjectKey.Of(change.Item), Claim(ObjectKey.Of(change.Item)));
        if (ExtendedResources.PlannedKeyOf(change.Item) is { } planned)
        {
            LearnMade(planned, key, change.New is null);
        }

        var isHeardOf = change.New is not { } item || (_assumed.TryGetValue(key, out var assumption) && assumption.Written <= RevisionOf(item));
        Replace(key, () =>
        {
            if (isHeardOf)
            {
                _assumed.Remove(key);
            }

            if (change.New is { } now)
            {
                _claims[key] = now;
            }
            else
            {
                _claims.Remove(key);
            }
        });
        var after = Claim(key);
        return before?.Status.Allocation is not null && after?.Status.Allocation is null ? ClaimNews.Everybody
            : before is null || after is null || before.Status != after.Status || before.Metadata.DeletionTimestamp != after.Metadata.DeletionTimestamp ? ClaimNews.Users
            : ClaimNews.Nobody;
    }

    public void Learn(ObjectChange<DeviceClass> change)
    {
        if (change.New is { } item)
        {
            _classes[item.Metadata.Name!] = item;
        }
        else
        {
            _classes.Remove(change.Item.Metadata.Name!);
        }
    }

    public void Learn(ObjectChange<ResourceSlice> change)
    {
        _pools = null;
        if (change.New is { } item)
        {
            _slices[item.Metadata.Name!] = item;
        }
        else
        {
            _slices.Remove(change.Item.Metadata.Name!);
        }
    }

    /// <summary>Until the API says otherwise, the claims have these devices: whoever comes next must not choose them too.</summary>
    public void Assume(IReadOnlyList<PlannedClaim> claims)
    {
        foreach (var claim in claims.Where(one => one.IsNew).Select(one => one.Claim))
        {
            Replace(ObjectKey.Of(claim), () => _assumed[ObjectKey.Of(claim)] = new(claim, null));
        }
    }

    /// <summary>What was assumed is written: it holds until that version is heard of.</summary>
    /// <param name="planned">What it was assumed as.</param>
    public void Written(ObjectKey planned, ResourceClaim claim)
    {
        var key = ObjectKey.Of(claim);
        if (!_assumed.TryGetValue(planned, out var making))
        {
            return;
        }

        Replace(planned, () => _assumed.Remove(planned));
        if (making.Gone.Contains(key))
        {
            return;
        }

        Replace(key, () =>
        {
            if (!_claims.TryGetValue(key, out var known) || RevisionOf(known) < RevisionOf(claim))
            {
                _assumed[key] = new(claim, RevisionOf(claim));
            }
        });
    }

    /// <summary>What was assumed and is not written did not come true.</summary>
    public void Withdraw(IReadOnlyList<PlannedClaim> claims)
    {
        foreach (var key in claims.Select(one => ObjectKey.Of(one.Claim)).Where(IsBeingAllocated))
        {
            Replace(key, () => _assumed.Remove(key));
        }
    }

    private void LearnMade(ObjectKey planned, ObjectKey key, bool isGone)
    {
        if (!isGone)
        {
            (_made.TryGetValue(planned, out var made) ? made : _made[planned] = []).Add(key);
            return;
        }

        if (_made.TryGetValue(planned, out var known) && known.Remove(key) && known.Count == 0)
        {
            _made.Remove(planned);
        }

        if (_assumed.TryGetValue(planned, out var making))
        {
            // It is gone before we hear that it was made, or is of an earlier try.
            making.Gone.Add(key);
        }
    }

    private void Replace(ObjectKey key, Action change)
    {
        Count(Claim(key), -1);
        change();
        Count(Claim(key), 1);
        if (Claim(key)?.Status.Allocation is null)
        {
            _overdue.Remove(key);
        }
    }

    private void Count(ResourceClaim? claim, int sign)
    {
        foreach (var result in claim?.Status.Allocation?.Devices.Results ?? default)
        {
            // Who looks after a device takes it from nobody.
            if (result.AdminAccess == true)
            {
                continue;
            }

            DeviceName name = new(result.Driver, result.Pool, result.Device);
            if (result.ShareID is not null)
            {
                Action<DeviceName, ValueMap<Quantity>> change = sign > 0 ? Shares.Add : Shares.Remove;
                change(name, result.ConsumedCapacity);
                continue;
            }

            var count = _taken.GetValueOrDefault(name) + sign;
            if (count == 0)
            {
                _taken.Remove(name);
            }
            else
            {
                _taken[name] = count;
            }
        }
    }

    private static long RevisionOf(ResourceClaim claim) =>
        long.TryParse(claim.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    /// <param name="Written">The revision of it; null as long as it is on its way.</param>
    private sealed record Assumption(ResourceClaim Claim, long? Written)
    {
        /// <summary>Of what is to be made: claims for the same pod that went in the meantime.</summary>
        public List<ObjectKey> Gone { get; } = [];
    }
}
