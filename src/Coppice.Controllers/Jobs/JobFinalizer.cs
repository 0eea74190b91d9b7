using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>Lets go of a pod that was kept to be counted.</summary>
internal static class JobFinalizer
{
    /// <returns>The pod as it was written; null if it is gone.</returns>
    public static async Task<Pod?> RemoveAsync(IApiClient api, Pod pod, CancellationToken stop)
    {
        try
        {
            return await api.RemoveFinalizerAsync(pod, JobLabels.TrackingFinalizer, stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
