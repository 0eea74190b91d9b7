using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects.Discovery;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>Writes what a <see cref="SlicePlan"/> says.</summary>
internal static class SliceWrites
{
    public static async ValueTask ApplyAsync(
        SlicePlan plan, IApiClient api, Caches caches, Deletions<EndpointSlice> deletions, TimeProvider time, CancellationToken stop)
    {
        var written = new List<EndpointSlice>();
        try
        {
            foreach (var slice in plan.Update)
            {
                written.Add(await api.UpdateAsync(slice, stop));
            }

            foreach (var slice in plan.Create)
            {
                written.Add(await api.CreateAsync(slice, stop));
            }

            foreach (var slice in plan.Delete)
            {
                await deletions.DeleteAsync(api, slice, stop);
            }
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            // The service goes too, soon.
        }
        finally
        {
            await caches.EndpointSlices.SeeAllAsync(written, time, stop);
        }
    }
}
