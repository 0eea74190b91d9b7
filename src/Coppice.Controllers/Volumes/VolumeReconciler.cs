using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Volumes;

/// <summary>Keeps the phases of volumes, and lets go of claims that have others.</summary>
internal sealed class VolumeReconciler : IDeclaredReconciler
{
    private readonly IApiClient _api;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;
    private readonly ObjectCache<PersistentVolume> _volumes;
    private readonly ObjectCache<PersistentVolumeClaim> _claims;
    private readonly CacheIndex<PersistentVolume> _ofClaim;

    public VolumeReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time)
    {
        (_api, _events, _time) = (api, events, time);
        _volumes = caches.Of<PersistentVolume>();
        _claims = caches.Of<PersistentVolumeClaim>();
        _ofClaim = _volumes.AddIndex(VolumeIndexes.ByClaim);
    }

    public Controller Declare(Controller controller) => controller
        .Watches(_volumes)
        .WokenBy(_claims, change => _ofClaim.Find(ObjectKey.Of(change.Item).ToString()).Select(ObjectKey.Of));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_volumes.Find(key) is not { } volume)
        {
            return ReconcileResult.Done;
        }

        switch (VolumePlanner.Plan(volume, await ClaimAsync(volume, stop)))
        {
            case VolumePlan.Free plan:
                await _volumes.ExpectAsync(await _api.UpdateAsync(plan.Freed, stop), _time, stop);
                break;
            case VolumePlan.Settle plan when plan.Phase != volume.Status.Phase:
                var status = new PersistentVolumeStatus { Phase = plan.Phase, Message = plan.News?.Message };
                await _volumes.ExpectAsync(await _api.UpdateStatusAsync(volume with { Status = status }, stop), _time, stop);
                Tell(volume, plan.News);
                break;
            case VolumePlan.Await plan:
                Tell(volume, plan.News);
                break;
        }

        return ReconcileResult.Done;
    }

    /// <summary>The claim that the volume names, if it is the very one. That it is gone, the API must say: what is on the volume may go with it.</summary>
    private async ValueTask<PersistentVolumeClaim?> ClaimAsync(PersistentVolume volume, CancellationToken stop)
    {
        if (VolumeIndexes.ClaimOf(volume) is not { } key || string.IsNullOrEmpty(volume.Spec.ClaimRef!.Uid))
        {
            return null;
        }

        return IsNamed(_claims.Find(key)) ?? IsNamed(await _api.FindAsync<PersistentVolumeClaim>(key, stop));

        PersistentVolumeClaim? IsNamed(PersistentVolumeClaim? claim) => claim?.Metadata.Uid == volume.Spec.ClaimRef.Uid ? claim : null;
    }

    private void Tell(PersistentVolume volume, VolumeNews? news)
    {
        if (news is not null)
        {
            _events.Record(volume, news.Type, news.Reason, news.Message);
        }
    }
}
