using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Controllers.Volumes;

/// <summary>Gives every claim a volume, or says what it waits for.</summary>
internal sealed class ClaimReconciler : IDeclaredReconciler
{
    // Events are forgotten after an hour, and who looks then must still see why a claim waits. Kubernetes says it four times a minute.
    private static readonly TimeSpan ToldAgainAfter = TimeSpan.FromMinutes(15);

    private readonly IApiClient _api;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;
    private readonly ObjectCache<PersistentVolumeClaim> _claims;
    private readonly ObjectCache<PersistentVolume> _volumes;
    private readonly ObjectCache<StorageClass> _classes;
    private readonly ObjectCache<Pod> _pods;
    private readonly ObjectCache<Node> _nodes;
    private readonly CacheIndex<Pod> _users;
    private readonly CacheIndex<PersistentVolumeClaim> _unbound;
    private readonly CacheIndex<PersistentVolumeClaim> _placed;
    private readonly CacheIndex<PersistentVolumeClaim> _naming;
    private readonly CacheIndex<PersistentVolume> _ofClass;
    private readonly CacheIndex<PersistentVolume> _ofClaim;

    public ClaimReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time)
    {
        (_api, _events, _time) = (api, events, time);
        _claims = caches.Of<PersistentVolumeClaim>();
        _volumes = caches.Of<PersistentVolume>();
        _classes = caches.Of<StorageClass>();
        _pods = caches.Of<Pod>();
        _nodes = caches.Of<Node>();
        _users = _pods.AddIndex(Indexes.ByClaim);
        _placed = _claims.AddIndex(claim => NodeOf(claim) is { } node ? [node] : []);
        _unbound = _claims.AddIndex(claim => VolumeBinding.IsComplete(claim) ? [] : [StorageClasses.NameFor(claim)]);
        _naming = _claims.AddIndex(VolumeIndexes.ByVolume);
        _ofClass = _volumes.AddIndex(volume => [StorageClasses.NameFor(volume)]);
        _ofClaim = _volumes.AddIndex(VolumeIndexes.ByClaim);
    }

    public Controller Declare(Controller controller) => controller
        .Watches(_claims)
        .WokenBy(_volumes, WokenBy)
        .WokenBy(_classes, change => Unbound(change.Item.Metadata.Name!).Concat(Unbound("")))
        .WokenBy(_nodes, change => change.New is null ? _placed.Find(change.Item.Metadata.Name!).Select(ObjectKey.Of) : [])
        .WokenBy(_pods, change => change.New is { } pod && FitsNowhere(pod) ? PodClaims.Of(pod) : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_claims.Find(key) is not { } claim)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var name = StorageClasses.NameFor(claim);
        var seen = new ClaimSurroundings(
            string.IsNullOrEmpty(claim.Spec.VolumeName) ? null : _volumes.Find(new("", claim.Spec.VolumeName)),
            [.. _ofClass.Find(name), .. _ofClaim.Find(key.ToString()).Where(volume => StorageClasses.NameFor(volume) != name)],
            name.Length == 0 ? null : _classes.Find(new("", name)),
            StorageClasses.DefaultOf(_classes.Items))
        {
            Waiting = [.. _users.Find(key.ToString()).Where(PodState.IsActive).Where(pod => string.IsNullOrEmpty(pod.Spec.NodeName)).Select(pod => pod.Metadata.Name!).Order(StringComparer.Ordinal)],
            IsNodeGone = NodeOf(claim) is { } node && _nodes.Find(new("", node)) is null && await _api.FindAsync<Node>(new("", node), stop) is null,
        };

        // 2. Plan, and 3. apply.
        var plan = ClaimPlanner.Plan(claim, seen);
        await (plan switch
        {
            ClaimPlan.Bind bind => BindAsync(claim, bind.Volume, stop),
            ClaimPlan.Classify classify => WriteAsync(claim, claim with { Spec = claim.Spec with { StorageClassName = classify.Class } }, stop),
            ClaimPlan.Provision provision => ProvisionAsync(claim, provision.Provisioner, stop),
            ClaimPlan.Replace => WriteAsync(claim, VolumeBinding.WithoutNode(claim), stop),
            ClaimPlan.Lose lose => SettleAsync(claim, PersistentVolumeClaimPhase.Lost, lose.News, stop),
            ClaimPlan.Wait wait => SettleAsync(claim, PersistentVolumeClaimPhase.Pending, wait.News, stop),
            _ => throw new InvalidOperationException("a plan that is not known"),
        });
        return plan is ClaimPlan.Wait { News: not null } ? ReconcileResult.After(ToldAgainAfter) : ReconcileResult.Done;
    }

    /// <summary>The volume first: it says whose it is before anybody relies on it. Whatever fails on the way is finished the next time.</summary>
    private async ValueTask<PersistentVolumeClaim> BindAsync(PersistentVolumeClaim claim, PersistentVolume volume, CancellationToken stop)
    {
        var named = VolumeBinding.BindTo(volume, claim);
        if (named != volume)
        {
            named = await _api.UpdateAsync(named, stop);
            await _volumes.ExpectAsync(named, _time, stop);
        }

        if (named.Status.Phase != PersistentVolumePhase.Bound)
        {
            named = await _api.UpdateStatusAsync(named with { Status = new() { Phase = PersistentVolumePhase.Bound } }, stop);
            await _volumes.ExpectAsync(named, _time, stop);
        }

        var notes = claim.Metadata.Annotations.With(VolumeBinding.Completed, "yes");
        claim = await WriteAsync(
            claim,
            claim with
            {
                Metadata = claim.Metadata with { Annotations = string.IsNullOrEmpty(claim.Spec.VolumeName) ? notes.With(VolumeBinding.ByController, "yes") : notes },
                Spec = claim.Spec with { VolumeName = named.Metadata.Name },
            },
            stop);

        // How large a bound claim's volume is, whoever makes it larger says.
        var capacity = claim.Status.Phase == PersistentVolumeClaimPhase.Bound ? claim.Status.Capacity : named.Spec.Capacity;
        return await WriteStatusAsync(
            claim,
            claim.Status with
            {
                Phase = PersistentVolumeClaimPhase.Bound,
                AccessModes = named.Spec.AccessModes,
                Capacity = capacity,
                CurrentVolumeAttributesClassName = claim.Status.CurrentVolumeAttributesClassName ?? named.Spec.VolumeAttributesClassName,
            },
            stop);
    }

    private async ValueTask<PersistentVolumeClaim> ProvisionAsync(PersistentVolumeClaim claim, string provisioner, CancellationToken stop)
    {
        var notes = claim.Metadata.Annotations.With(VolumeBinding.Provisioner, provisioner).With(VolumeBinding.OldProvisioner, provisioner);
        claim = await WriteAsync(claim, claim with { Metadata = claim.Metadata with { Annotations = notes } }, stop);
        return await SettleAsync(
            claim,
            PersistentVolumeClaimPhase.Pending,
            VolumeNews.Normal(
                "ExternalProvisioning",
                $"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. "
                + "If volume creation is delayed, please verify that the provisioner is running and correctly registered."),
            stop);
    }

    /// <summary>The claim has no volume.</summary>
    private ValueTask<PersistentVolumeClaim> SettleAsync(PersistentVolumeClaim claim, string phase, VolumeNews? news, CancellationToken stop)
    {
        if (news is not null && !(phase == PersistentVolumeClaimPhase.Lost && claim.Status.Phase == phase))
        {
            _events.Record(claim, news.Type, news.Reason, news.Message);
        }

        return WriteStatusAsync(claim, claim.Status with { Phase = phase, AccessModes = default, Capacity = default }, stop);
    }

    private async ValueTask<PersistentVolumeClaim> WriteAsync(PersistentVolumeClaim before, PersistentVolumeClaim wanted, CancellationToken stop) =>
        wanted == before ? before : await SeenAsync(await _api.UpdateAsync(wanted, stop), stop);

    private async ValueTask<PersistentVolumeClaim> WriteStatusAsync(PersistentVolumeClaim claim, PersistentVolumeClaimStatus status, CancellationToken stop) =>
        status == claim.Status ? claim : await SeenAsync(await _api.UpdateStatusAsync(claim with { Status = status }, stop), stop);

    private async ValueTask<PersistentVolumeClaim> SeenAsync(PersistentVolumeClaim written, CancellationToken stop)
    {
        await _claims.ExpectAsync(written, _time, stop);
        return written;
    }

    /// <summary>The node that a volume is still to be made on; null for none.</summary>
    private static string? NodeOf(PersistentVolumeClaim claim) =>
        string.IsNullOrEmpty(claim.Spec.VolumeName) ? claim.Metadata.Annotations.Find(VolumeBinding.SelectedNode) : null;

    private static bool FitsNowhere(Pod pod) => PodConditions.Find(pod.Status, PodConditionType.PodScheduled)?.Status == ConditionStatus.False;

    /// <summary>The claims that a volume may be for, now or before: those that it names or that name it, and when it becomes free all of its class.</summary>
    private IEnumerable<ObjectKey> WokenBy(ObjectChange<PersistentVolume> change)
    {
        var names = _naming.Find(change.Item.Metadata.Name!).Select(ObjectKey.Of);
        foreach (var volume in new[] { change.Old, change.New }.OfType<PersistentVolume>())
        {
            names = names.Concat(VolumeIndexes.ClaimOf(volume) is { } claim ? [claim] : []);
        }

        return change.New is { Status.Phase: PersistentVolumePhase.Available } free ? names.Concat(Unbound(StorageClasses.NameFor(free))) : names;
    }

    private IEnumerable<ObjectKey> Unbound(string storageClass) => _unbound.Find(storageClass).Select(ObjectKey.Of);
}
