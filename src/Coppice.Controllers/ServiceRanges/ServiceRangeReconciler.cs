using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.Controllers.ServiceRanges;

/// <summary>Makes ranges of service addresses ready, and lets go of one that is deleted when no address of it is in use any more.</summary>
internal sealed class ServiceRangeReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<ServiceCIDR> _ranges = caches.Of<ServiceCIDR>();
    private readonly ObjectCache<IPAddress> _addresses = caches.Of<IPAddress>();

    public Controller Declare(Controller controller) => controller
        .WokenBy(_ranges, change => Going().Append(ObjectKey.Of(change.Item)).Distinct())
        .WokenBy(_addresses, change => change.New is null ? Going() : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_ranges.Find(key) is not { } item)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var others = _ranges.Items.Where(one => one.Metadata.Name != key.Name).ToList();

        // 2. Plan.
        var now = time.GetUtcNow();
        var plan = ServiceRangePlanner.Plan(item, others, _addresses.Items.Select(address => address.Metadata.Name!), now);

        // 3. Apply: what is written wakes us again for the rest.
        if (!plan.IsHeld)
        {
            await Finalizers.ReleaseAsync(api, item, ServiceRangePlanner.Finalizer, stop);
            return ReconcileResult.Done;
        }

        if (item.Metadata.DeletionTimestamp is null && !item.Metadata.Finalizers.Contains(ServiceRangePlanner.Finalizer))
        {
            var held = item.Metadata with { Finalizers = item.Metadata.Finalizers.Add(ServiceRangePlanner.Finalizer) };
            item = await api.UpdateAsync(item with { Metadata = held }, stop);
            await _ranges.ExpectAsync(item, time, stop);
        }

        if (plan.Status != item.Status)
        {
            await _ranges.ExpectAsync(await api.UpdateStatusAsync(item with { Status = plan.Status }, stop), time, stop);
        }

        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    private IEnumerable<ObjectKey> Going() => _ranges.Items.Where(one => one.Metadata.DeletionTimestamp is not null).Select(ObjectKey.Of);
}
