using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.DeviceTaints;

/// <summary>Evicts the pods that use devices with taints that they do not tolerate, or not for so long.</summary>
internal sealed class DeviceTaintReconciler(IApiClient api, CacheSet caches, DeviceTaintFigures figures, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<ResourceClaim> _claims = caches.Of<ResourceClaim>();
    private readonly ObjectCache<ResourceSlice> _slices = caches.Of<ResourceSlice>();
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();
    private readonly Deletions<Pod> _deletions = new(caches.Of<Pod>());

    private readonly CacheIndex<ResourceClaim> _claimsByPool = caches.Of<ResourceClaim>().AddIndex(
        claim => (claim.Status.Allocation?.Devices.Results ?? default).Select(result => PoolOf(result.Driver, result.Pool)).Distinct(StringComparer.Ordinal));

    private readonly CacheIndex<ResourceSlice> _slicesByPool = caches.Of<ResourceSlice>().AddIndex(slice => [PoolOf(slice.Spec.Driver, slice.Spec.Pool.Name)]);

    public Controller Declare(Controller controller) => controller
        .WokenBy(_claims, change => change.New is { Status.Allocation: not null } claim ? [ObjectKey.Of(claim)] : [])
        .WokenBy(_slices, change => _claimsByPool.Find(PoolOf(change.Item.Spec.Driver, change.Item.Spec.Pool.Name)).Select(ObjectKey.Of));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        if (_claims.Find(key) is not { Status.Allocation: { } allocation } claim
            || DeviceTaintPlanner.Deadline(allocation, result => _slicesByPool.Find(PoolOf(result.Driver, result.Pool)), now) is not { } due)
        {
            return ReconcileResult.Done;
        }

        if (due > now)
        {
            return ReconcileResult.After(due - now);
        }

        foreach (var user in claim.Status.ReservedFor)
        {
            if (_pods.Find(new(key.Namespace, user.Name)) is { } pod && pod.Metadata.Uid == user.Uid && !_deletions.IsGoing(pod))
            {
                await EvictAsync(pod, due, stop);
            }
        }

        return ReconcileResult.Done;
    }

    private static string PoolOf(string driver, string pool) => $"{driver}/{pool}";

    private async ValueTask EvictAsync(Pod pod, DateTimeOffset due, CancellationToken stop)
    {
        events.Record(pod, "Normal", "DeviceTaintManagerEviction", "Marking for deletion");
        var condition = new PodCondition
        {
            Type = PodConditionType.DisruptionTarget,
            Status = ConditionStatus.True,
            LastTransitionTime = ApiTime.Truncate(time.GetUtcNow()),
            Reason = "DeletionByDeviceTaintManager",
            Message = "Device Taint manager: deleting due to NoExecute taint",
        };
        try
        {
            await api.SetConditionAsync(pod, null, condition, stop);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or another pod of its name.
        }

        if (await _deletions.DeleteAsync(api, pod, stop))
        {
            figures.Deleted(time.GetUtcNow() - due);
        }
    }
}
