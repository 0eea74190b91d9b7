using Coppice.Client;
using Coppice.Objects;

namespace Coppice.Controllers.Runtime;

/// <summary>What keeps an object from going until somebody has done their part.</summary>
internal static class Finalizers
{
    /// <summary>That the object is deleted, and waits for this finalizer.</summary>
    public static bool IsAwaited(KubernetesObject item, string finalizer) =>
        item.Metadata.DeletionTimestamp is not null && item.Metadata.Finalizers.Contains(finalizer);

    /// <summary>Our part is done. What is gone by now needs no leave any more.</summary>
    public static async ValueTask ReleaseAsync<T>(IApiClient api, T item, string finalizer, CancellationToken stop)
        where T : KubernetesObject
    {
        var others = item.Metadata.Finalizers.Where(one => one != finalizer).ToValueList();
        try
        {
            await api.UpdateAsync(item with { Metadata = item.Metadata with { Finalizers = others } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }
}
