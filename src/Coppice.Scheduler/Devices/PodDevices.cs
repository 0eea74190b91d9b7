using Coppice.Objects;
using Coppice.Objects.Core;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>A claim that a pod is to use.</summary>
/// <param name="Claim">As it is to be: with its devices, and reserved for the pod.</param>
/// <param name="IsNew">The devices are chosen for it now.</param>
internal sealed record PlannedClaim(ResourceClaim Claim, bool IsNew)
{
    /// <summary>As in <see cref="ClaimDemand"/>.</summary>
    public IReadOnlyList<ExtendedWish>? Wishes { get; init; }
}

/// <summary>A claim whose devices are written to it.</summary>
/// <param name="Planned">What it was planned as.</param>
internal readonly record struct WrittenClaim(ObjectKey Planned, ResourceClaim Claim);

/// <summary>The claims of devices of a pod, by what is known of them. What is the same on all nodes is worked out once.</summary>
internal sealed class PodDevices
{
    private const string InUse = "resourceclaim in use";
    private const string OutOfReach = "resourceclaim not available on the node";
    private const string NotEnough = "cannot allocate all claims";

    private readonly Pod _pod;
    private readonly DeviceState _state;
    private readonly List<ResourceClaim> _allocated = [];
    private readonly List<ClaimDemand> _demands = [];
    private readonly IReadOnlyList<ExtendedWish> _wishes;

    private PodDevices(Pod pod, DeviceState state, IReadOnlyList<ExtendedWish> wishes)
    {
        (_pod, _state, _wishes) = (pod, state, wishes);
        foreach (var entry in pod.Spec.ResourceClaims)
        {
            var name = DeviceClaims.NameOf(pod, entry);
            var claim = name.Key is { } key ? state.Claim(key) : null;
            if (name.IsAwaited || (name is { IsGenerated: true, Key: not null } && claim is null))
            {
                IsAwaited = true;
                Problem ??= $"pod \"{ObjectKey.Of(pod)}\": ResourceClaim not created yet";
            }
            else if (name.Key is { } known)
            {
                Problem ??= Add(known, claim, name.IsGenerated);
            }
        }

        if (DeviceClaims.OfExtended(pod) is { } made && state.Claim(made) is { } extended)
        {
            _wishes = [];
            Problem ??= Add(made, extended, isGenerated: true);
        }
    }

    /// <summary>A claim is still to be made for it, or its devices to be written to it, which is a matter of moments.</summary>
    public bool IsAwaited { get; private set; }

    /// <summary>
    /// A claim that was made for its extended resources and that its status does not tell of, as where the scheduler died in between. Null for
    /// none, and while one is being made. Kubernetes finds it like this, by its annotation and its owner.
    /// </summary>
    public ResourceClaim? Leftover => _wishes.Count == 0 ? null : _state.MadeFor(_pod);

    /// <summary>Why the pod can run nowhere, in Kubernetes' words; null if it can for all its claims say.</summary>
    public string? Problem { get; }

    /// <returns>Null for a pod without claims, and without extended resources that devices stand for.</returns>
    public static PodDevices? Of(Pod pod, DeviceState state)
    {
        IReadOnlyList<ExtendedWish> wishes = state.HasClasses ? ExtendedResources.Of(pod, state.ClassFor) : [];
        return wishes.Count > 0 || DeviceClaims.HasAny(pod) ? new(pod, state, wishes) : null;
    }

    /// <summary>What keeps the pod off the node, in Kubernetes' words; null for nothing.</summary>
    public string? Test(Node node)
    {
        if (!_allocated.TrueForAll(claim => Reaches(claim, node) && !_state.HasFailed(claim)))
        {
            return OutOfReach;
        }

        var demands = DemandsOn(node);
        if (demands.Count == 0)
        {
            return null;
        }

        var allocator = new DeviceAllocator(_state, demands, node);
        return allocator.Allocate() is not null ? null : allocator.Problem ?? NotEnough;
    }

    /// <summary>What is to be written before the pod goes to a node, which it passed the test of.</summary>
    public IReadOnlyList<PlannedClaim> PlanFor(Node node)
    {
        var demands = DemandsOn(node);
        var results = demands.Count == 0
            ? []
            : new DeviceAllocator(_state, demands, node).Allocate() ?? throw new InvalidOperationException("the pod's claims cannot be served on this node");
        return
        [
            .. _allocated.Where(claim => !DeviceClaims.IsReservedFor(_pod, claim)).Select(claim => new PlannedClaim(DeviceClaims.ReservedFor(_pod, claim), IsNew: false)),
            .. demands.Zip(results, (demand, result) => new PlannedClaim(
                DeviceClaims.ReservedFor(_pod, demand.Claim with { Status = demand.Claim.Status with { Allocation = result } }), IsNew: true)
            {
                Wishes = demand.Wishes,
            }),
        ];
    }

    /// <summary>Those of its claims that have devices which somebody is still to make ready.</summary>
    public IEnumerable<ResourceClaim> Pending => _allocated.Where(claim => !BindingConditions.AreMet(claim));

    /// <summary>Why devices of its will not be ready, in Kubernetes' words; null if nobody has said so.</summary>
    public string? Failure => _allocated.Select(BindingConditions.Failure).FirstOrDefault(why => why is not null);

    /// <summary>A claim that keeps the pod off a node by where its devices are, or by what they are like, and that nobody else uses: without them, it may get others.</summary>
    public ResourceClaim? FindMovable(IEnumerable<Node> nodes) => _allocated.FirstOrDefault(claim =>
        claim.Status.ReservedFor.All(one => one.Uid == _pod.Metadata.Uid) && nodes.Any(node => !Reaches(claim, node) || _state.HasFailed(claim)));

    /// <summary>What becomes of claims where the pod fits nowhere, in Kubernetes' words.</summary>
    /// <param name="movable">The one that gives its devices back.</param>
    public static string NoteOf(PodDevices? devices, ResourceClaim? movable) =>
        movable is not null ? "deallocation of ResourceClaim completed"
        : devices is { Problem: null, HasClaims: true } ? "still not schedulable"
        : "no new claims to deallocate";

    private bool HasClaims => _allocated.Count + _demands.Count + _wishes.Count > 0;

    /// <summary>With that for what the node does not have itself.</summary>
    private IReadOnlyList<ClaimDemand> DemandsOn(Node node)
    {
        var wishes = ExtendedResources.On(node, _wishes);
        if (wishes.Count == 0)
        {
            return _demands;
        }

        var claim = ExtendedResources.Plan(_pod, wishes);
        return [.. _demands, new(claim, [.. claim.Spec.Devices.Requests.Select(request => DeviceDemand.Of(request, _state.Class, out _))]) { Wishes = wishes }];
    }

    private static bool Reaches(ResourceClaim claim, Node node) =>
        claim.Status.Allocation?.NodeSelector is not { } selector || NodeSelectors.Allows(default, selector, node);

    private string? Add(ObjectKey key, ResourceClaim? claim, bool isGenerated)
    {
        switch (claim)
        {
            case null:
                return $"resourceclaim \"{key.Name}\" not found";
            case { Metadata.DeletionTimestamp: not null }:
                return $"resourceclaim \"{key.Name}\" is being deleted";
            case var _ when isGenerated && DeviceClaims.Problem(_pod, claim) is { } why:
                return why;
            case var _ when _state.IsBeingAllocated(key):
                IsAwaited |= DeviceClaims.IsReservedFor(_pod, claim);
                return $"resource claim {key} is in the process of being allocated";
            case { Status.Allocation: not null }:
                _allocated.Add(claim);
                return DeviceClaims.HasPlace(claim) || DeviceClaims.IsReservedFor(_pod, claim) ? null : InUse;
            default:
                string? problem = null;
                var requests = claim.Spec.Devices.Requests.Select(request =>
                {
                    var choices = DeviceDemand.Of(request, _state.Class, out var missing);
                    problem ??= missing;
                    return choices;
                }).ToList();
                _demands.Add(new(claim, requests));
                return problem;
        }
    }
}
