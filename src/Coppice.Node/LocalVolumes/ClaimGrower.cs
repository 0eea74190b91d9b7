using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.LocalVolumes;

/// <summary>
/// Makes a volume of this node as large as its claim asks for by now. A directory has no size of its own, so that nothing is to be done but
/// to say so: at the claim that it is being done, at the volume, and at the claim that it is done, as whoever resizes volumes elsewhere does.
/// Attributes that a claim asks for later are refused in the same place.
/// </summary>
internal sealed class ClaimGrower(
    IApiClient api, ObjectCache<PersistentVolumeClaim> claims, ObjectCache<PersistentVolume> volumes, IEventRecorder events, LocalVolumeOptions options, TimeProvider time)
    : IReconciler
{
    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (claims.Find(key) is not { } claim || volumes.Find(new("", claim.Spec.VolumeName ?? "")) is not { } volume)
        {
            return ReconcileResult.Done;
        }

        if (LocalVolumePlanner.Asked(claim, volume, options) is var asked && asked != claim.Status)
        {
            claim = await api.UpdateStatusAsync(claim with { Status = asked }, stop);
            if (asked.ModifyVolumeStatus is not null)
            {
                events.Record(claim, "Warning", "VolumeModifyFailed", LocalVolumePlanner.NoAttributes);
            }
        }

        if (!LocalVolumePlanner.Grows(claim, volume, options))
        {
            return ReconcileResult.Done;
        }

        if (LocalVolumePlanner.Growing(claim, time.GetUtcNow()) is var growing && growing != claim.Status)
        {
            claim = await api.UpdateStatusAsync(claim with { Status = growing }, stop);
            events.Record(claim, "Normal", "Resizing", $"External resizer is resizing volume {volume.Metadata.Name}");
        }

        var size = VolumeBinding.SizeOf(claim);
        if (volume.Spec.Capacity.Find(ResourceName.Storage) < size)
        {
            await api.UpdateAsync(volume with { Spec = volume.Spec with { Capacity = volume.Spec.Capacity.With(ResourceName.Storage, size) } }, stop);
        }

        await api.UpdateStatusAsync(claim with { Status = LocalVolumePlanner.Grown(claim) }, stop);
        events.Record(claim, "Normal", "VolumeResizeSuccessful", "Resize volume succeeded");
        return ReconcileResult.Done;
    }
}
