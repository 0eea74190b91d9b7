using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.StorageProtection;

/// <summary>Lets go of a volume that is being deleted when no claim has it any more.</summary>
internal sealed class VolumeProtectionReconciler(IApiClient api, CacheSet caches) : IDeclaredReconciler
{
    private readonly ObjectCache<PersistentVolume> _volumes = caches.Of<PersistentVolume>();

    public Controller Declare(Controller controller) => controller.Watches(_volumes);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_volumes.Find(key) is { Status.Phase: not PersistentVolumePhase.Bound } volume && Finalizers.IsAwaited(volume, StorageFinalizers.Volume))
        {
            await Finalizers.ReleaseAsync(api, volume, StorageFinalizers.Volume, stop);
        }

        return ReconcileResult.Done;
    }
}
