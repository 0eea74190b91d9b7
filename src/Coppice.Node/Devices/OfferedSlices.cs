using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.Node.Devices;

/// <summary>What the drivers of a node offer in the API, where the scheduler finds it.</summary>
internal sealed class OfferedSlices(IApiClient api, string node)
{
    /// <summary>Takes back what was offered by drivers who cannot give it: pods would be sent here in vain.</summary>
    /// <param name="isGone">Told a driver's name.</param>
    public async ValueTask RemoveAsync(Func<string, bool> isGone, CancellationToken stop)
    {
        var offered = await api.ListAsync<ResourceSlice>(new(FieldSelector: $"spec.nodeName={node}"), stop);
        foreach (var slice in offered.Items.Where(slice => isGone(slice.Spec.Driver)))
        {
            try
            {
                await api.DeleteAsync<ResourceSlice>(ObjectKey.Of(slice), new() { Preconditions = new() { Uid = slice.Metadata.Uid } }, stop);
            }
            catch (ApiException e) when (e.IsNotFound || e.IsConflict)
            {
                // Gone already, or offered anew.
            }
        }
    }
}
