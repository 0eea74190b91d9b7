using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Discovery;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>The slices of services: finds those that a controller manages, and writes what a <see cref="SlicePlan"/> says.</summary>
internal sealed class SliceWrites
{
    public static readonly Func<EndpointSlice, IEnumerable<string>> ByService =
        s => s.Metadata.Labels.Find(SlicePlanner.ServiceName) is { } service ? [$"{s.Metadata.Namespace}/{service}"] : [];

    private readonly IApiClient _api;
    private readonly TimeProvider _time;
    private readonly CacheIndex<EndpointSlice> _byService;
    private readonly Deletions<EndpointSlice> _deletions;

    // How slices were written last, noted before they are: they are told of before the answer is there.
    private readonly ConcurrentDictionary<ObjectKey, EndpointSlice> _written = [];

    public SliceWrites(IApiClient api, CacheSet caches, TimeProvider time)
    {
        (_api, _time) = (api, time);
        Cache = caches.Of<EndpointSlice>();
        _byService = Cache.AddIndex(ByService);
        _deletions = new(Cache);
    }

    public ObjectCache<EndpointSlice> Cache { get; }

    /// <summary>The slices of a service that bear this manager's name and are not on their way out.</summary>
    public IReadOnlyList<EndpointSlice> Of(ObjectKey service, string manager) =>
        [.. _byService.Find(service.ToString()).Where(s => s.Metadata.Labels.Find(SlicePlanner.ManagedBy) == manager && !_deletions.IsGoing(s))];

    /// <summary>A change after which a slice is as it was written here last: whoever plans it would find nothing to do.</summary>
    public bool IsOwn(ObjectChange<EndpointSlice> change)
    {
        var key = ObjectKey.Of(change.Item);
        if (change.New is not { Metadata.DeletionTimestamp: null } now)
        {
            _written.TryRemove(key, out _);
            return false;
        }

        return _written.TryGetValue(key, out var wanted)
            && now.Metadata.Uid == wanted.Metadata.Uid && now.Metadata.Labels == wanted.Metadata.Labels
            && now.AddressType == wanted.AddressType && now.Ports == wanted.Ports && now.Endpoints == wanted.Endpoints;
    }

    public async ValueTask ApplyAsync(SlicePlan plan, CancellationToken stop)
    {
        var written = new List<EndpointSlice>();
        try
        {
            foreach (var slice in plan.Update)
            {
                written.Add(await UpdateAsync(slice, stop));
            }

            foreach (var slice in plan.Create)
            {
                written.Add(await _api.CreateAsync(slice, stop));
            }

            foreach (var slice in plan.Delete)
            {
                await _deletions.DeleteAsync(_api, slice, stop);
            }
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            // The service goes too, soon.
        }
        finally
        {
            await Cache.ExpectAllAsync(written, _time, stop);
        }
    }

    private async ValueTask<EndpointSlice> UpdateAsync(EndpointSlice slice, CancellationToken stop)
    {
        var key = ObjectKey.Of(slice);
        _written[key] = slice;
        try
        {
            return await _api.UpdateAsync(slice, stop);
        }
        catch
        {
            _written.TryRemove(key, out _);
            throw;
        }
    }
}
