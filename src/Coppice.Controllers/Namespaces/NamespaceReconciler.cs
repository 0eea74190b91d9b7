using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Namespaces;

/// <summary>Empties a namespace that is being deleted, pods first, and lets go of it when nothing is left.</summary>
internal sealed class NamespaceReconciler(IApiClient api, Caches caches, TimeProvider time) : IReconciler
{
    /// <summary>The end of each object wakes this reconciler; this is for the case that one is missed.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    public static Controller Declare(Controller controller, Caches caches)
    {
        controller.Watches(caches.Namespaces);
        foreach (var kind in caches.All.Where(k => k.Kind.Namespaced))
        {
            kind.SubscribeAny((old, item) =>
            {
                if (item is null && new ObjectKey("", old!.Metadata.Namespace ?? "") is var key
                    && caches.Namespaces.Find(key) is { Metadata.DeletionTimestamp: not null })
                {
                    controller.Enqueue(key);
                }
            });
        }

        return controller;
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (caches.Namespaces.Find(key) is not { Metadata.DeletionTimestamp: not null } item || !item.Spec.Finalizers.Contains(FinalizerName.Kubernetes))
        {
            return ReconcileResult.Done;
        }

        // Pods may need what else is in the namespace to end in peace.
        var remaining = new List<RemainingContent> { await EmptyAsync(caches.Pods, key.Name, stop) };
        if (remaining[0].Count == 0)
        {
            foreach (var kind in caches.All.Where(k => k.Kind.Namespaced && k != caches.Pods))
            {
                remaining.Add(await EmptyAsync(kind, key.Name, stop));
            }
        }

        var status = NamespacePlanner.Status(item.Status, remaining, time.GetUtcNow());
        if (status != item.Status)
        {
            item = await api.UpdateStatusAsync(item with { Status = status }, stop);
        }

        if (remaining.Any(r => r.Count > 0))
        {
            await caches.Namespaces.SeeAsync(item, time, stop);
            return ReconcileResult.After(LookAgain);
        }

        var finalizers = item.Spec.Finalizers.Where(f => f != FinalizerName.Kubernetes).ToValueList();
        item = await api.FinalizeAsync(item with { Spec = item.Spec with { Finalizers = finalizers } }, stop);
        await caches.Namespaces.SeeAsync(item, time, stop);
        return ReconcileResult.Done;
    }

    /// <summary>Asks all objects of a kind to go, and says what is still there afterwards.</summary>
    private static async ValueTask<RemainingContent> EmptyAsync(WatchedKind kind, string ns, CancellationToken stop)
    {
        string? failure = null;
        var left = await kind.ListLiveAsync(ns, stop);
        var toAsk = left.Where(i => i.Metadata.DeletionTimestamp is null).ToList();
        foreach (var item in toAsk)
        {
            try
            {
                await kind.DeleteAsync(ObjectKey.Of(item), new() { PropagationPolicy = "Background" }, stop);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone already.
            }
            catch (ApiException e)
            {
                failure = e.Message;
            }
        }

        // Each end of an object brings us here: what was only looked at need not be looked at twice.
        left = toAsk.Count == 0 ? left : await kind.ListLiveAsync(ns, stop);
        return new(
            kind.Kind.Group.Length == 0 ? kind.Kind.Resource + "." : kind.Kind.QualifiedResource,
            left.Count,
            [.. left.SelectMany(i => i.Metadata.Finalizers)],
            failure);
    }
}
