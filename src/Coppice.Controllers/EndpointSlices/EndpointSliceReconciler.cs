using Coppice.Client;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Discovery;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>Keeps the EndpointSlices of a service equal to its pods, at once and with no gathering of changes.</summary>
internal sealed class EndpointSliceReconciler(IApiClient api, Caches caches, TimeProvider time) : IReconciler
{
    private readonly Deletions<EndpointSlice> _deletions = new(caches.EndpointSlices);

    public static Controller Declare(Controller controller, Caches caches) => controller
        .Watches(caches.Services)
        .WokenBy(caches.Pods, change => ServicePods.ServicesOf(change, caches))
        .WokenBy(caches.EndpointSlices, change => ServiceOf(change.Item));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // The slices of a deleted service go with their owner.
        if (caches.Services.Find(key) is not { Metadata.DeletionTimestamp: null } service || !ServicePods.HasPods(service))
        {
            return ReconcileResult.Done;
        }

        var existing = caches.SlicesByService.Find(key.ToString())
            .Where(s => s.Metadata.Labels.Find(SlicePlanner.ManagedBy) == SlicePlanner.Controller && !_deletions.IsGoing(s)).ToList();
        var plan = SlicePlanner.Plan(service, caches.PodsWith(key.Namespace, service.Spec.Selector), n => caches.Nodes.Find(new("", n)), existing);
        await SliceWrites.ApplyAsync(plan, api, caches, _deletions, time, stop);
        return ReconcileResult.Done;
    }

    /// <summary>A slice of ours that somebody else changed or deleted is put right.</summary>
    private static IEnumerable<ObjectKey> ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(SlicePlanner.ManagedBy) == SlicePlanner.Controller && slice.Metadata.Labels.Find(SlicePlanner.ServiceName) is { } service
            ? [new ObjectKey(slice.Metadata.Namespace ?? "", service)]
            : [];
}
