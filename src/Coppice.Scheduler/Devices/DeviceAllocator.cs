using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>A claim that needs devices, with the choices of each of its requests.</summary>
internal sealed record ClaimDemand(ResourceClaim Claim, IReadOnlyList<IReadOnlyList<DeviceDemand>> Requests)
{
    /// <summary>What of the pod's extended resources the claim is still to be made for; null for a claim that is there.</summary>
    public IReadOnlyList<ExtendedWish>? Wishes { get; init; }
}

/// <summary>
/// Finds devices on one node for claims that have none, all of them or nothing: request after request, the best choice first, and back
/// again where what was chosen leaves nothing for those that follow.
/// </summary>
/// <param name="state">Which devices there are, and which are taken.</param>
internal sealed class DeviceAllocator(DeviceState state, IReadOnlyList<ClaimDemand> claims, Node node)
{
    /// <summary>Kubernetes' own: so many devices one claim can have.</summary>
    private const int ResultsMax = 32;

    /// <summary>
    /// So many devices are tried before it is given up: constraints among many like devices could take for ever, and the next pod waits. It is some tens of milliseconds.
    /// </summary>
    private const int TriesMax = 100_000;

    private readonly List<OfferedDevice> _offered = [.. state.PoolsFor(node.Metadata.Name!).Where(pool => pool.IsComplete).OrderBy(pool => pool.MakesWait).SelectMany(pool => pool.Devices).Where(device => device.IsOn(node))];
    private readonly List<(ClaimDemand Claim, IReadOnlyList<DeviceDemand> Choices)> _requests = [.. claims.SelectMany(claim => claim.Requests.Select(request => (claim, request)))];
    private readonly Dictionary<DeviceDemand, List<OfferedDevice>> _fitting = new(ReferenceEqualityComparer.Instance);
    private readonly List<ChosenDevice> _chosen = [];
    private int _tries;

    /// <summary>Why it cannot be said whether there are devices, in Kubernetes' words: an expression goes wrong. Null for nothing.</summary>
    public string? Problem { get; private set; }

    /// <returns>By claim; null if there are not enough.</returns>
    public IReadOnlyList<AllocationResult>? Allocate() =>
        Place(0) && Problem is null ? [.. claims.Select(claim => AllocationResults.Of(claim.Claim, node, [.. _chosen.Where(one => one.Claim == claim)]))] : null;

    private bool Place(int request)
    {
        if (request == _requests.Count)
        {
            return true;
        }

        var (claim, choices) = _requests[request];
        foreach (var demand in choices)
        {
            var fitting = Fitting(claim, demand);
            if (Problem is not null)
            {
                return false;
            }

            if (demand.Count is { } count ? Choose(request, demand, fitting, count, 0) : ChooseAll(request, demand, fitting))
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="from">Those before were chosen already, or tried in vain.</param>
    private bool Choose(int request, DeviceDemand demand, List<OfferedDevice> fitting, long missing, int from)
    {
        if (missing == 0)
        {
            return Place(request + 1);
        }

        for (var index = from; index <= fitting.Count - missing && _tries < TriesMax; index++)
        {
            if (!TryAdd(_requests[request].Claim, demand, fitting[index]))
            {
                continue;
            }

            if (Choose(request, demand, fitting, missing - 1, index + 1))
            {
                return true;
            }

            _chosen.RemoveAt(_chosen.Count - 1);
        }

        return false;
    }

    /// <summary>Of those that claims share, what is left: one that is used up counts as none.</summary>
    private bool ChooseAll(int request, DeviceDemand demand, List<OfferedDevice> fitting)
    {
        var before = _chosen.Count;
        var all = fitting.FindAll(device => !device.IsShared || HasRoom(device, ConsumedCapacity.Of(device, demand.Capacity)!.Value));
        if (all.Count > 0 && all.TrueForAll(device => TryAdd(_requests[request].Claim, demand, device)) && Place(request + 1))
        {
            return true;
        }

        _chosen.RemoveRange(before, _chosen.Count - before);
        return false;
    }

    private bool TryAdd(ClaimDemand claim, DeviceDemand demand, OfferedDevice device)
    {
        _tries++;
        var mine = _chosen.Where(one => one.Claim == claim).ToList();
        var consumed = ConsumedCapacity.Of(device, demand.Capacity)!.Value;
        if (mine.Count == ResultsMax
            || !CanHave(claim, demand, device)
            || (device.IsShared && !HasRoom(device, consumed))
            || !claim.Claim.Spec.Devices.Constraints.All(constraint => DeviceConstraints.Allow(constraint, demand, device, mine)))
        {
            return false;
        }

        _chosen.Add(new(claim, demand, device, consumed));
        return true;
    }

    /// <summary>
    /// Nobody has it for himself or is to have it, and what it shares with others is not used up by them. Who only looks after devices may
    /// have one that others have, but not twice.
    /// </summary>
    private bool CanHave(ClaimDemand claim, DeviceDemand demand, OfferedDevice device)
    {
        var isChosen = !device.IsShared && _chosen.Exists(one => one.Device.Name == device.Name && (!demand.IsAdmin || one.Claim == claim));
        if (isChosen || demand.IsAdmin)
        {
            return !isChosen;
        }

        // What several share counts for it once.
        return !state.IsTaken(device.Name)
            && (device.Device.ConsumesCounters.IsEmpty || IsHad(device) || device.Pool.HasEnough(device, [.. device.Pool.Devices.Where(IsHad)]));
    }

    private bool IsHad(OfferedDevice device) =>
        state.IsTaken(device.Name) || state.Shares.Has(device.Name) || _chosen.Exists(one => one.Device.Name == device.Name && !one.Demand.IsAdmin);

    /// <summary>There is as much left of what the claims have that share it.</summary>
    private bool HasRoom(OfferedDevice device, ValueMap<Quantity> wanted) => device.Device.Capacity.All(capacity =>
        _chosen.Where(one => one.Device.Name == device.Name).Aggregate(
            wanted.Find(capacity.Key) + state.Shares.Sum(device.Name, capacity.Key), (sum, one) => sum + one.Consumed.Find(capacity.Key)) <= capacity.Value.Value);

    /// <summary>Whether they are taken is asked later: it changes with what is chosen.</summary>
    private List<OfferedDevice> Fitting(ClaimDemand claim, DeviceDemand demand)
    {
        if (_fitting.TryGetValue(demand, out var known))
        {
            return known;
        }

        if (demand.Count is null && state.PoolsFor(node.Metadata.Name!).FirstOrDefault(pool => !pool.IsComplete && pool.Devices.Any(device => device.IsOn(node))) is { } partial)
        {
            Problem ??= $"claim {ObjectKey.Of(claim.Claim)}, request {demand.Name}: asks for all devices, but resource pool {partial.Name.Driver}/{partial.Name.Pool} is currently being updated";
        }

        return _fitting[demand] = _offered.FindAll(device => Problem is null && DeviceConstraints.CanBeUsed(device, demand) && IsMeant(claim, demand, device));
    }

    private bool IsMeant(ClaimDemand claim, DeviceDemand demand, OfferedDevice device)
    {
        if (!state.Expressions.Mean(demand.Class.Spec.Selectors, device, out var error))
        {
            Problem ??= error is null ? null : $"class {demand.Class.Metadata.Name}: {error}";
            return false;
        }

        var isMeant = state.Expressions.Mean(demand.Selectors, device, out error);
        Problem ??= error is null ? null : $"claim {ObjectKey.Of(claim.Claim)}: {error}";
        return isMeant;
    }
}

/// <summary>A device that was chosen for a request of a claim.</summary>
/// <param name="Consumed">How much of it.</param>
internal sealed record ChosenDevice(ClaimDemand Claim, DeviceDemand Demand, OfferedDevice Device, ValueMap<Quantity> Consumed);
