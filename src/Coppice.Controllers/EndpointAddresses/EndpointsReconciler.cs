using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.EndpointAddresses;

/// <summary>
/// Keeps the Endpoints object of a service equal to its pods. A pod's change is written at once; only of a large service, all of whose
/// addresses are written and told again for each, the changes of a second are written together. Rules and names read the slices.
/// </summary>
internal sealed class EndpointsReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    /// <summary>In addresses, as a slice has them: from so many on, a service is large.</summary>
    private const int Large = 100;

    private static readonly TimeSpan PauseOfLarge = TimeSpan.FromSeconds(1);

    // When large ones were written: timestamps.
    private readonly ConcurrentDictionary<ObjectKey, long> _written = [];

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
            _written.TryRemove(key, out _);
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

        if (_written.TryGetValue(key, out var last) && PauseOfLarge - time.GetElapsedTime(last) is var pause && pause > TimeSpan.Zero)
        {
            return ReconcileResult.After(pause);
        }

        var wanted = EndpointsPlanner.Plan(service, _pods.Of(service), existing);
        if (ReferenceEquals(wanted, existing))
        {
            return ReconcileResult.Done;
        }

        try
        {
            var written = existing is null ? await api.CreateAsync(wanted, stop) : await api.UpdateAsync(wanted, stop);
            Note(key, wanted);
            await _endpoints.ExpectAsync(written, time, stop);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            // The service goes too, soon.
        }

        return ReconcileResult.Done;
    }

    private void Note(ObjectKey key, Endpoints written)
    {
        if (written.Subsets.Sum(subset => subset.Addresses.Count + subset.NotReadyAddresses.Count) >= Large)
        {
            _written[key] = time.GetTimestamp();
        }
        else
        {
            _written.TryRemove(key, out _);
        }
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
