using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// Remembers which keys a reconciler was refused something for, because of their namespace's quotas: whoever is told that there is more
/// looks at them again, whatever pause they have to sit out. Any thread may ask.
/// </summary>
internal sealed class QuotaWaits(IReconciler reconciler) : IReconciler
{
    private readonly Lock _gate = new();

    // Those that were refused, and those that are worked on: there may be more between a refusal and the moment that we hear of it.
    private readonly SortedSet<ObjectKey> _keys = [];

    /// <summary>A quota is gone, allows more, or less of it is used.</summary>
    public static bool IsMore(ObjectChange<ResourceQuota> change) =>
        change.New is not { } quota
        || (change.Old is { } old
            && (quota.Spec != old.Spec || old.Status.Used.Any(used => quota.Status.Used.Find(used.Key) < used.Value)));

    /// <summary>The keys of a namespace, and that of the namespace itself.</summary>
    public IReadOnlyList<ObjectKey> In(string space)
    {
        lock (_gate)
        {
            return [.. _keys.Where(key => key.Namespace == space || (key.Namespace.Length == 0 && key.Name == space))];
        }
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        lock (_gate)
        {
            _keys.Add(key);
        }

        var isRefused = false;
        try
        {
            return await reconciler.ReconcileAsync(key, stop);
        }
        catch (ApiException e) when (e.IsForQuota())
        {
            isRefused = true;
            throw;
        }
        finally
        {
            if (!isRefused)
            {
                lock (_gate)
                {
                    _keys.Remove(key);
                }
            }
        }
    }
}
