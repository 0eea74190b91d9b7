using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.EndpointAddresses;

/// <summary>
/// Keeps the Endpoints object of a service equal to its pods. A pod's change is written at once and not gathered with others: until it
/// is, requests go to an address that does not answer.
/// </summary>
internal sealed class EndpointsReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Service> _services = caches.Of<Service>();
    private readonly ObjectCache<Endpoints> _endpoints = caches.Of<Endpoints>();
    private readonly ServicePods _pods = new(caches);

    public Controller Declare(Controller controller) => controller
        .Watches(_services)
        .WokenBy(_pods.Cache, _pods.ServicesOf)
        .WokenBy(_endpoints, change => change.New is null ? [ObjectKey.Of(change.Item)] : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var existing = _endpoints.Find(key);
        if (_services.Find(key) is not { } service)
        {
            if (existing is not null)
            {
                await DeleteAsync(existing, stop);
            }

            return ReconcileResult.Done;
        }

        if (!ServicePods.HasPods(service) || service.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        var wanted = EndpointsPlanner.Plan(service, _pods.Of(service), existing);
        if (ReferenceEquals(wanted, existing))
        {
            return ReconcileResult.Done;
        }

        try
        {
            var written = existing is null ? await api.CreateAsync(wanted, stop) : await api.UpdateAsync(wanted, stop);
            await _endpoints.ExpectAsync(written, time, stop);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            // The service goes too, soon.
        }

        return ReconcileResult.Done;
    }

    private async ValueTask DeleteAsync(Endpoints existing, CancellationToken stop)
    {
        try
        {
            await api.DeleteAsync<Endpoints>(ObjectKey.Of(existing), new() { Preconditions = new() { Uid = existing.Metadata.Uid } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }
}
