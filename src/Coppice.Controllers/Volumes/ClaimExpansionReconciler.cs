using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Volumes;

/// <summary>Says of a claim that is to grow that somebody else must do it: no volume is made larger by the cluster itself.</summary>
internal sealed class ClaimExpansionReconciler(CacheSet caches, IEventRecorder events) : IDeclaredReconciler
{
    private readonly ObjectCache<PersistentVolumeClaim> _claims = caches.Of<PersistentVolumeClaim>();

    public Controller Declare(Controller controller) => controller.WokenBy(_claims, change => change.New is { } claim && Waits(claim) ? [ObjectKey.Of(claim)] : []);

    public ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_claims.Find(key) is { } claim && Waits(claim))
        {
            events.Record(claim, "Normal", "ExternalExpanding", "waiting for an external controller to expand this PVC");
        }

        return new(ReconcileResult.Done);
    }

    /// <summary>It asks for more than it has, and nobody has begun.</summary>
    private static bool Waits(PersistentVolumeClaim claim) =>
        claim.Status.Phase == PersistentVolumeClaimPhase.Bound
        && claim.Status.AllocatedResourceStatuses.IsEmpty
        && VolumeBinding.SizeOf(claim) > claim.Status.Capacity.Find(ResourceName.Storage);
}
