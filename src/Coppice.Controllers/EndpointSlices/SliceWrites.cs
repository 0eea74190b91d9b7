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

    public async ValueTask ApplyAsync(SlicePlan plan, CancellationToken stop)
    {
        var written = new List<EndpointSlice>();
        try
        {
            foreach (var slice in plan.Update)
            {
                written.Add(await _api.UpdateAsync(slice, stop));
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
}
