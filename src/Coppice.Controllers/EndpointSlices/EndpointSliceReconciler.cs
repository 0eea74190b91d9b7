using Coppice.Client;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>Keeps the EndpointSlices of a service equal to its pods, at once and with no gathering of changes.</summary>
internal sealed class EndpointSliceReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Service> _services = caches.Of<Service>();
    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();
    private readonly ServicePods _pods = new(caches);
    private readonly SliceWrites _slices = new(api, caches, time);

    public Controller Declare(Controller controller) => controller
        .Watches(_services)
        .WokenBy(_pods.Cache, _pods.ServicesOf)
        .WokenBy(_slices.Cache, change => ServiceOf(change.Item));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // The slices of a deleted service go with their owner.
        if (_services.Find(key) is not { Metadata.DeletionTimestamp: null } service || !ServicePods.HasPods(service))
        {
            return ReconcileResult.Done;
        }

        var existing = _slices.Of(key, SlicePlanner.Controller);
        var plan = SlicePlanner.Plan(service, _pods.Of(service), n => _nodes.Find(new("", n)), existing);
        await _slices.ApplyAsync(plan, stop);
        return ReconcileResult.Done;
    }

    /// <summary>A slice of ours that somebody else changed or deleted is put right.</summary>
    private static IEnumerable<ObjectKey> ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(SlicePlanner.ManagedBy) == SlicePlanner.Controller && slice.Metadata.Labels.Find(SlicePlanner.ServiceName) is { } service
            ? [new ObjectKey(slice.Metadata.Namespace ?? "", service)]
            : [];
}
