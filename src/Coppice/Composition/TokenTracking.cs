using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// Keeps the config map that says since when the API server notes which tokens of secrets are used: before that, that one was not used
/// says nothing.
/// </summary>
internal sealed class TokenTracking(IApiClient api, CacheSet caches, TimeProvider time) : IReconciler
{
    private readonly ObjectCache<ConfigMap> _maps = caches.Of<ConfigMap>();

    /// <summary>The loop that keeps it, woken by every change of it.</summary>
    public ReconcileLoop<ObjectKey> Woken(ILogger log)
    {
        var loop = new ReconcileLoop<ObjectKey>("TokenTracking", this, ReconcileOptions.Default, time, log);
        _maps.Subscribe(change =>
        {
            if (ObjectKey.Of(change.Item) == AccountTokens.Tracking)
            {
                loop.Enqueue(AccountTokens.Tracking);
            }
        });
        loop.Enqueue(AccountTokens.Tracking);
        return loop;
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var found = await api.FindAsync<ConfigMap>(key, stop);
        if (AccountTokens.ParseDay(found?.Data.Find(AccountTokens.SinceKey)) is not null)
        {
            return ReconcileResult.Done;
        }

        var today = AccountTokens.DayOf(time.GetUtcNow());
        if (found is null)
        {
            var data = ValueMap.Of((AccountTokens.SinceKey, today));
            await api.CreateIfAbsentAsync(new ConfigMap { Metadata = new() { Namespace = key.Namespace, Name = key.Name }, Data = data }, stop);
        }
        else
        {
            await api.UpdateAsync(found with { Data = found.Data.With(AccountTokens.SinceKey, today) }, stop);
        }

        return ReconcileResult.Done;
    }
}
